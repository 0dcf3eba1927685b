"""The training loop that both models share."""

import copy
import math
import time
from pathlib import Path

import torch


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


def fit(net, loss_of_batch, score, epochs, steps_per_epoch, rate, checkpoint: Path):
    """Trains with AdamW, warm-up and cosine; returns the averaged network of the epoch with the best `score(net)`.

    `loss_of_batch()` draws a batch and returns its loss. bfloat16 autocast is left to it, since box losses need full precision.
    """
    net = net.to(memory_format=torch.channels_last).train()
    average, best, total = Average(net), -math.inf, epochs * steps_per_epoch
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}], lr=rate)
    warm_up = min(200, total // 10 + 1)
    factor = lambda step: min((step + 1) / warm_up, 0.5 * (1 + math.cos(math.pi * step / total)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    started = time.monotonic()
    for epoch in range(epochs):
        mean_loss = 0.0
        for _ in range(steps_per_epoch):
            loss = loss_of_batch(net)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            average.update(net)
            mean_loss += loss.item() / steps_per_epoch
        if epoch % 4 == 3 or epoch + 1 == epochs:
            value = score(average.net)
            if value > best:
                best = value
                torch.save(average.net.state_dict(), checkpoint.with_suffix(".new"))
                checkpoint.with_suffix(".new").replace(checkpoint)
            minutes = (time.monotonic() - started) / 60
            print(f"epoch {epoch + 1}/{epochs} loss {mean_loss:.4f} val {value:.4f} best {best:.4f} {minutes:.1f} min", flush=True)
    average.net.load_state_dict(torch.load(checkpoint))
    return average.net
