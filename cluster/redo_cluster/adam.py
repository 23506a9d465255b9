"""Adam for one network (paper, section 4: β₁ = 0, β₂ = 0.9)."""

import torch

from .config import TrainingConfig


class NetworkAdam(torch.optim.Adam):
    """PyTorch's Adam, but all parameters count the steps of the network, as `core/training/adam.ts` does.

    It matters where a step has no gradient for some of them: of Algorithm 1's update only one region's
    generator has.
    """

    def __init__(self, network: str, module: torch.nn.Module, training: TrainingConfig):
        self.network = network
        self.training = training
        self.steps = 0
        self.named = dict(module.named_parameters())
        super().__init__(
            self.named.values(),
            lr=training.learningRates[network],
            betas=(float(training.beta1), float(training.beta2)),
            eps=training.epsilon,
            weight_decay=training.maskWeightDecay if network == "mask" else 0,
            fused=True,
        )

    @torch.no_grad()
    def advance(self, iteration: int) -> None:
        """Moves the parameters against their gradients, which it forgets.

        iteration: iterations completed before, which the rates go by.
        """
        self.param_groups[0]["lr"] = self.training.rate_at(self.network, iteration)
        for parameter in self.named.values():
            if parameter.grad is not None:
                self._moments(parameter)["step"].fill_(self.steps)
        self.step()
        self.steps += 1
        self.zero_grad(set_to_none=True)

    def moments(self) -> dict[str, dict[str, torch.Tensor]]:
        """`exp_avg` and `exp_avg_sq` by parameter; one that was never updated has none."""
        return {
            name: {key: self.state[parameter][key] for key in ("exp_avg", "exp_avg_sq")}
            for name, parameter in self.named.items()
            if parameter in self.state
        }

    @torch.no_grad()
    def restore(self, steps: int, moments: dict[str, dict[str, torch.Tensor]]) -> None:
        """Takes over the state of another run."""
        self.state.clear()
        self.steps = steps
        for name, both in moments.items():
            own = self._moments(self.named[name])
            for key, values in both.items():
                own[key].copy_(values)

    @torch.no_grad()
    def copy_moments(self, source: torch.nn.Parameter, target: torch.nn.Parameter) -> None:
        """Gives a parameter the moments of another, if that one has been moved yet."""
        if source in self.state:
            own, copies = self._moments(source), self._moments(target)
            for key in ("exp_avg", "exp_avg_sq"):
                copies[key].copy_(own[key])

    def _moments(self, parameter: torch.Tensor) -> dict[str, torch.Tensor]:
        if parameter not in self.state:
            self.state[parameter] = {
                "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        return self.state[parameter]
