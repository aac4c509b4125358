# SPDX-License-Identifier: Apache-2.0
"""Learning rate over a training that ends after a number of steps or after some minutes."""
import math
import time


class Schedule:
    """Warm-up, then a cosine down to a fiftieth. BEGUN: share that was done before a stop."""

    def __init__(self, rate, steps, minutes=None, begun=0.0, warm=200):
        self.rate, self.steps, self.warm, self.begun = rate, steps, warm, begun
        self.seconds = minutes * 60 * (1 - begun) if minutes else None
        self.start = time.time()

    def done(self, step):
        """Share of the training that lies behind, 0 to 1."""
        if not self.seconds:
            return min(1.0, step / self.steps)
        return min(1.0, self.begun + (1 - self.begun) * self.elapsed() / self.seconds)

    def elapsed(self):
        return time.time() - self.start

    def set(self, optimiser, step):
        """Puts the rate of STEP into OPTIMISER and returns it."""
        wave = 0.5 * (1 + math.cos(math.pi * self.done(step)))
        rate = self.rate * min(1, (step + 1) / self.warm) * (0.02 + 0.98 * wave)
        for group in optimiser.param_groups:
            group["lr"] = rate
        return rate

    def over(self, step):
        return step >= self.steps or self.done(step) >= 1
