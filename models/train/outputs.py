"""The output layers of an encoder, as their file has them: `aux` of `pooled`, and `clip` of `aux`."""

import numpy as np
from safetensors import safe_open

TRANSFORMS = {"none": lambda x: x, "sqrt": np.sqrt}


class Outputs:
    def __init__(self, path):
        with safe_open(path, "np") as file:
            self.transform = TRANSFORMS[file.metadata()["transform"]]
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}

    def __call__(self, pooled):
        """Output name to its rows."""
        aux = self._linear("aux", self.transform(pooled))
        return {"aux": aux, "clip": self._linear("clip", aux)}

    def _linear(self, name, x):
        weights = self.tensors[f"{name}.weight"] * self.tensors[f"{name}.scale"][:, None]
        return x @ weights.T + self.tensors[f"{name}.bias"]
