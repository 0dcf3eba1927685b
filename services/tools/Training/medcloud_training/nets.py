"""The networks of the models. All are small residual nets: on CPUs these train about three times faster per image than depthwise ones."""

import torch
import torch.nn.functional as F
from torch import nn


def convolution(inputs, outputs, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut; the second starts at zero so that the block starts as its shortcut."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.first, self.second = convolution(inputs, outputs, stride=stride), convolution(outputs, outputs)
        nn.init.zeros_(self.second[1].weight)
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class PneumoniaNet(nn.Module):
    """float32[N,1,128,128] -> logits float32[N,3]: pneumonia; bacterial, viral (given pneumonia); evidence [N,3,8,8]; embedding [N,448].

    The sum of a logit's evidence over the 64 places is the logit without its constant: the class activation map of a network that pools by mean and by
    maximum. The embedding is what is pooled.
    """

    SIZE, CHANNELS, PLACES = 128, 1, 64

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            convolution(1, 16, stride=2), nn.ReLU(),
            Block(16, 48, 2), Block(48, 48), Block(48, 96, 2), Block(96, 96), Block(96, 224, 2),
        )
        self.dropout = nn.Dropout(0.2)
        self.pneumonia, self.kind = nn.Linear(448, 1), nn.Linear(448, 2)

    def forward(self, x):
        x = self.features(x)
        most = x.amax(dim=(2, 3), keepdim=True)
        embedding = torch.cat([x.mean(dim=(2, 3)), most.flatten(1)], 1)
        kept = self.dropout(embedding)
        logits = torch.cat([self.pneumonia(kept), self.kind(kept)], 1)
        if self.training:
            return logits, None, None
        weight = torch.cat([self.pneumonia.weight, self.kind.weight])[:, :, None, None]
        at_most = x * (torch.sign(x - most) + 1)  # zero but where the maximum is
        evidence = F.conv2d(x, weight[:, :224] / self.PLACES) + F.conv2d(at_most, weight[:, 224:])
        return logits, evidence, embedding


class LungNet(nn.Module):
    """float32[N,1,160,160] -> boxes [N,2,4] and scores [N,2,2]; query 0 is the right lung, query 1 the left.

    Each of the eight edges is a distribution over 40 positions from 0 to 1, read from the column (x) or row (y) profile of a 40 x 40 map;
    the edge is its mean. A score is the logit of the IoU that the box is expected to reach.
    """

    SIZE, CHANNELS, BINS = 160, 1, 40
    NEVER = -20.0  # logit of the other lung's label

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(convolution(1, 16, stride=2), nn.ReLU())
        self.quarter = nn.Sequential(Block(16, 32, 2), Block(32, 32))
        self.eighth = nn.Sequential(Block(32, 64, 2), Block(64, 64))
        self.sixteenth = nn.Sequential(Block(64, 128, 2), Block(128, 128))
        self.from_sixteenth, self.from_eighth, self.from_quarter = (convolution(c, 48, 1) for c in (128, 64, 32))
        self.merge_eighth, self.merge_quarter = convolution(48, 48), convolution(48, 48)
        self.position = nn.Parameter(torch.zeros(1, 48, self.BINS, self.BINS))
        self.columns, self.rows = self._profile(), self._profile()
        self.quality = nn.Linear(256, 2)
        self.register_buffer("places", torch.linspace(0, 1, self.BINS)[:, None])
        self.register_buffer("own", torch.eye(2)[None])

    @staticmethod
    def _profile():
        return nn.Sequential(nn.Conv1d(96, 64, 5, padding=2), nn.ReLU(), nn.Conv1d(64, 4, 5, padding=2))

    def edges_and_quality(self, x):
        """Logits of the edges [N,8,40] (xMin, xMax of right and left, then yMin, yMax of right and left) and of the quality [N,2]."""
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        merged = self.from_eighth(eighth) + F.interpolate(self.from_sixteenth(sixteenth), scale_factor=2.0, mode="nearest")
        merged = F.relu(self.merge_eighth(F.relu(merged)))
        merged = self.from_quarter(quarter) + F.interpolate(merged, scale_factor=2.0, mode="nearest")
        merged = F.relu(self.merge_quarter(F.relu(merged + self.position)))
        columns = self.columns(torch.cat([merged.mean(dim=2), merged.amax(dim=2)], 1))
        rows = self.rows(torch.cat([merged.mean(dim=3), merged.amax(dim=3)], 1))
        quality = self.quality(torch.cat([sixteenth.mean(dim=(2, 3)), sixteenth.amax(dim=(2, 3))], 1))
        return torch.cat([columns, rows], 1), quality

    def boxes(self, edges):
        """Edge logits [N,8,40] -> boxes [N,2,4]."""
        at = torch.matmul(torch.softmax(edges, 2), self.places)
        return at.reshape(-1, 2, 2, 2).permute(0, 2, 3, 1).reshape(-1, 2, 4)  # axis, lung, end -> lung, end, axis

    def forward(self, x):
        edges, quality = self.edges_and_quality(x)
        return self.boxes(edges), quality[:, :, None] * self.own + self.NEVER * (1 - self.own)


class CellNet(nn.Module):
    """float32[N,3,240,320] -> boxes [N,4800,4] and scores [N,4800,3]; a query is a place of the 60 x 80 map.

    A place's scores are logits of being the centre of a red cell, a white cell or a platelet; its box is given by four distances from the place.
    """

    SIZE, CHANNELS, STRIDE, COUNT = (240, 320), 3, 4, 4800
    REACH = 24.0  # pixels: the distances when the network says 0

    def __init__(self):
        super().__init__()
        height, width = (side // self.STRIDE for side in self.SIZE)
        self.stem = nn.Sequential(convolution(3, 24, stride=2), nn.ReLU())
        self.quarter = nn.Sequential(Block(24, 48, 2), Block(48, 48))
        self.eighth = nn.Sequential(Block(48, 80, 2), Block(80, 80))
        self.sixteenth = nn.Sequential(Block(80, 128, 2), Block(128, 128))
        self.from_sixteenth, self.from_eighth, self.from_quarter = (convolution(c, 64, 1) for c in (128, 80, 48))
        self.merge_eighth, self.merge_quarter = convolution(64, 64), convolution(64, 64)
        self.before_centre, self.before_reach = (nn.Sequential(convolution(64, 64), nn.ReLU()) for _ in range(2))
        self.centre, self.reach = nn.Conv2d(64, 3, 1), nn.Conv2d(64, 4, 1)
        nn.init.constant_(self.centre.bias, -3.0)
        rows, columns = (torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width
        places = torch.stack([columns[None, :].expand(height, width), rows[:, None].expand(height, width)])
        self.register_buffer("places", torch.cat([places, places])[None])
        self.register_buffer("sides", torch.tensor([-1 / self.SIZE[1], -1 / self.SIZE[0], 1 / self.SIZE[1], 1 / self.SIZE[0]]).reshape(1, 4, 1, 1) * self.REACH)

    def features(self, x):
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        merged = self.from_eighth(eighth) + F.interpolate(self.from_sixteenth(self.sixteenth(eighth)), scale_factor=2.0, mode="nearest")
        merged = F.relu(self.merge_eighth(F.relu(merged)))
        merged = self.from_quarter(quarter) + F.interpolate(merged, scale_factor=2.0, mode="nearest")
        merged = F.relu(self.merge_quarter(F.relu(merged)))
        return self.before_centre(merged), self.before_reach(merged)

    def heads(self, centre, reach):
        """Centre logits [N,3,60,80] and boxes [N,4,60,80]."""
        return self.centre(centre), self.places + self.sides * torch.exp(self.reach(reach))

    def forward(self, x):
        centres, boxes = self.heads(*self.features(x))
        return boxes.reshape(-1, 4, self.COUNT).permute(0, 2, 1), centres.reshape(-1, 3, self.COUNT).permute(0, 2, 1)


class GateNet(nn.Module):
    """A model's own input float32[N,C,H,W] -> score float32[N,1], 0 to 1: how much the image looks like those that the model takes.

    The input is averaged over squares down to 64 columns or a few more, so that the same weights serve models of different inputs: `SIZE` is set to the model's
    before the export. In training the logit is returned.
    """

    COLUMNS = 64

    def __init__(self, channels):
        super().__init__()
        self.CHANNELS, self.SIZE = channels, None
        self.features = nn.Sequential(convolution(channels, 16, stride=2), nn.ReLU(), Block(16, 32, 2), Block(32, 64, 2), Block(64, 64, 2))
        self.score = nn.Linear(128, 1)

    def forward(self, x):
        channels, rows, columns = (int(side) for side in x.shape[1:])
        side = columns // self.COLUMNS
        x = self.features(x.reshape(-1, channels, rows // side, side, columns // side, side).mean(dim=(3, 5)))
        logit = self.score(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], 1))
        return logit if self.training else torch.sigmoid(logit)
