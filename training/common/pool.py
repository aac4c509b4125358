# SPDX-License-Identifier: Apache-2.0
"""Training views that a teacher was asked about, used more than once each."""
import numpy as np
import torch


class Pool:
    """The latest SIZE rows that MAKE gave, every one used AGAIN times on average.

    Making a view and asking the teacher about it costs nearly as much as a step of the student, so
    its answer is kept for a while. MAKE() returns a tuple of tensors of one length, pictures of
    0..255 first; these are kept as bytes.
    """

    def __init__(self, make, size, again, rng):
        self.make, self.size, self.again, self.rng = make, size, again, rng
        self.rows, self.made, self.owed = None, 0, 0.0

    def renew(self):
        """New rows in place of the oldest ones; returns how many."""
        fresh = self.make()
        fresh = (fresh[0].round().to(torch.uint8),) + tuple(fresh[1:])
        if self.rows is None:
            self.rows = [torch.zeros((self.size,) + part.shape[1:], dtype=part.dtype)
                         for part in fresh]
        count = len(fresh[0])
        place = torch.from_numpy(np.arange(self.made, self.made + count) % self.size)
        for kept, part in zip(self.rows, fresh):
            kept[place] = part
        self.made += count
        return count

    def batch(self, count, least=8192):
        """COUNT rows, pictures as floats; waits until LEAST were made."""
        self.owed += count / self.again
        while self.owed > 0 or self.made < min(least, self.size):
            self.owed -= self.renew()
        chosen = torch.from_numpy(self.rng.choice(min(self.made, self.size), count, replace=False))
        picked = [part[chosen] for part in self.rows]
        return [picked[0].float()] + picked[1:]
