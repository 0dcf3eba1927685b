"""The training tool's commands; README.md says what each writes."""

import argparse
import tempfile
from pathlib import Path

import torch

from . import baseline, cells, explanations, gate, golden, lungs, pneumonia, samples
from .nets import CellNet, GateNet, LungNet, PneumoniaNet
from .trainer import Run, keep_memory

MODELS = {"cxr-pneumonia": (pneumonia, PneumoniaNet), "cxr-lungs": (lungs, LungNet), "blood-cells": (cells, CellNet), "cnn-baseline": (baseline, baseline.BaselineNet)}
GATES = {domain.name: domain for domain in (gate.CHEST, gate.BLOOD)}


def main():
    parser = argparse.ArgumentParser(prog="medcloud_training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    epochs = {name: module.EPOCHS for name, (module, _) in MODELS.items()} | {name: domain.epochs for name, domain in GATES.items()}
    for name in epochs:
        command = commands.add_parser(name, help="train, evaluate, export")
        command.add_argument("--data", type=Path, required=True, help="the shared data")
        command.add_argument("--out", type=Path, required=True, help="the model repository; <name>/<version> is written in it, a gate is added to the packages that it is for")
        command.add_argument("--epochs", type=int, default=epochs[name])
        if name != baseline.NAME:
            command.add_argument("--minutes", type=float, help="train for this long instead of for a number of epochs")
        command.add_argument("--resume", action="store_true", help="go on from the state in --work, if there is one")
        command.add_argument("--smoke", action="store_true", help="a handful of images and two epochs of two steps, only to see that everything runs")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "medcloud-training", help="checkpoints")
        if name in (pneumonia.NAME, lungs.NAME):
            command.add_argument("--only", choices=("children", "adults"), help="train on one source for the card's comparison, and print its rows; writes no model")
        command.add_argument("--figures", action="store_true", help="train and write nothing: print the card's figures of what is in --out already")
        command.add_argument("--weights", type=Path, help="a checkpoint to evaluate and export instead of training")
    command = commands.add_parser("samples", help="write the sample studies")
    command.add_argument("--data", type=Path, required=True)
    command.add_argument("--out", type=Path, required=True, help="folder of the .dcm files")
    command = commands.add_parser("golden", help="write the golden files of all models")
    command.add_argument("--data", type=Path, required=True)
    command.add_argument("--models", type=Path, required=True, help="the model repository")
    command.add_argument("--samples", type=Path, required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("explanations", help="measure the maps of all models; write manifests and cards")
    command.add_argument("--data", type=Path, required=True)
    command.add_argument("--models", type=Path, required=True, help="the model repository")
    command.add_argument("--model", help="only this one")
    command.add_argument("--most", type=int, default=100, help="images of each source")
    options = parser.parse_args()
    if options.command == "samples":
        samples.write(options.data, options.out)
    elif options.command == "golden":
        golden.write(options.models, options.samples, options.data, options.out)
    elif options.command == "explanations":
        torch.set_num_threads(1)
        explanations.write(options.data, options.models, options.model, options.most)
    else:
        _model(options)


def _model(options):
    keep_memory()
    torch.set_num_threads(1)  # sums in another order would be another run
    torch.manual_seed(options.seed)
    run = Run(2 if options.smoke else options.epochs, getattr(options, "minutes", None), options.work, options.resume, options.smoke)
    if options.command in GATES:
        domain = GATES[options.command]
        if options.figures:
            _print(gate.figures(domain, options.data, options.out, run))
            return
        net = _weights(GateNet(domain.channels), options) or gate.train(domain, options.data, run)
        figures = gate.release(net, domain, options.data, options.out, run)
    else:
        module, network = MODELS[options.command]
        folder = options.out / module.NAME / module.VERSION
        if options.figures:
            _print(module.figures(options.data, folder, run))
            return
        if getattr(options, "only", None):
            module.train(options.data, run, options.only)
            print(module.others(options.data, module.test_part(options.data, run), run)["others"])
            return
        net = _weights(network(), options) or module.train(options.data, run)
        figures = module.release(net, options.data, folder, run)
    _print(figures)


def _print(figures):
    for key, value in figures.items():
        print(f"{key:24} {value}")


def _weights(net, options):
    """`net` as `--weights` has it; None where there is no such option."""
    if not options.weights:
        return None
    net.load_state_dict(torch.load(options.weights))
    return net


main()
