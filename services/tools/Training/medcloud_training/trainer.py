"""The training loop that all models share."""

import copy
import ctypes
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h


@dataclass(frozen=True)
class Run:
    """What the command line asks of a training run."""

    epochs: int
    minutes: float | None  # where given, time is the budget instead of `epochs`, and how many epochs that is depends on the machine
    work: Path  # folder of <name>.pt (best averaged weights) and <name>.state (to go on from)
    resume: bool
    few: bool  # a handful of images and steps, to see that everything runs


def keep_memory():
    """Has malloc keep what is freed. Every step takes and frees buffers of up to hundreds of megabytes, and pages that are new to the process cost ten times the computing that is done in them."""
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_MAX, 0)
    libc.mallopt(M_TRIM_THRESHOLD, -1)


class Average:
    """Exponential moving average of a network's weights and running statistics."""

    def __init__(self, net, decay=0.998):
        self.net, self.decay, self.steps = copy.deepcopy(net).eval(), decay, 0

    @torch.no_grad()
    def update(self, net):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, theirs in zip(self.net.state_dict().values(), net.state_dict().values()):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


def autocast():
    return torch.autocast(DEVICE.type, torch.bfloat16)


def fit(net, name, loss_of_batch, score, steps_per_epoch, rate, run: Run):
    """Trains with AdamW, warm-up and cosine; returns the averaged network of the epoch with the best `score(net)`.

    `loss_of_batch(net)` draws a batch from torch's generator and returns its loss; autocast is left to it, since box losses need full precision.
    """
    steps_per_epoch, every = (2, 1) if run.few else (steps_per_epoch, 2)
    net = net.to(DEVICE, memory_format=torch.channels_last).train()
    average, best, step, spent = Average(net), -math.inf, 0, 0.0
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}], lr=rate)
    weights, state = run.work / f"{name}.pt", run.work / f"{name}.state"
    run.work.mkdir(parents=True, exist_ok=True)
    if run.resume and state.exists():
        kept = torch.load(state, map_location=DEVICE)
        net.load_state_dict(kept["net"])
        average.net.load_state_dict(kept["average"])
        optimiser.load_state_dict(kept["optimiser"])
        torch.set_rng_state(kept["random"].cpu())
        average.steps = step = kept["step"]
        best, spent = kept["best"], kept["spent"]
        print(f"goes on after {step} steps and {spent / 60:.1f} min", flush=True)
    started = time.monotonic() - spent
    passed = lambda: min(1.0, (time.monotonic() - started) / 60 / run.minutes if run.minutes else step / (run.epochs * steps_per_epoch))
    mean_loss, epoch = 0.0, step // steps_per_epoch
    while passed() < 1:
        factor = min((step + 1) / 200, 0.5 * (1 + math.cos(math.pi * passed())) + 1e-3)
        for group in optimiser.param_groups:
            group["lr"] = rate * factor
        loss = loss_of_batch(net)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        average.update(net)
        step += 1
        mean_loss += loss.item() / steps_per_epoch
        ended = passed() >= 1
        if step % steps_per_epoch and not ended:
            continue
        epoch += 1
        if epoch % every == 0 or ended:
            value = score(average.net)
            if value > best:
                best = value
                save(average.net.state_dict(), weights)
            spent = time.monotonic() - started
            save({
                "net": net.state_dict(), "average": average.net.state_dict(), "optimiser": optimiser.state_dict(),
                "random": torch.get_rng_state(), "step": step, "best": best, "spent": spent,
            }, state)
            print(f"epoch {epoch} ({passed():.0%}) loss {mean_loss:.4f} val {value:.4f} best {best:.4f} {spent / 60:.1f} min", flush=True)
        mean_loss = 0.0
    average.net.load_state_dict(torch.load(weights, map_location=DEVICE))
    return average.net.cpu()


def trained(name, network, run: Run):
    """The network whose checkpoint --work has under `name`, and how far it was trained (`step` of its state); None where there is none."""
    weights = run.work / f"{name}.pt"
    if not weights.exists():
        return None
    net = network().eval()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    return net.to(DEVICE), torch.load(weights.with_suffix(".state"), map_location="cpu")["step"]


def save(what, path: Path):
    """A file that is whole or as it was before."""
    torch.save(what, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)
