"""ReDO's networks and training loop in PyTorch, as the published code computes them.

Written from the description of the method alone, to make reference files of small networks and to
recompute those that the published code made.

    python test/reference/make.py                          writes the references and checkpoints of this folder
    python test/reference/make.py --check FILE...          recomputes references and compares
    python test/reference/make.py --recompute FILE OUT     writes a reference with the numbers of double precision

Needs `torch` (2.x, CPU) and `safetensors`. Layout of the files: see README.md beside this script.
"""

import argparse
import json
import math
import pathlib
import sys
from collections import OrderedDict

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

HERE = pathlib.Path(__file__).parent
NETWORKS = {"mask": "netEncM", "generator": "netGenX", "discriminator": "netDX", "encoder": "netRecZ"}

# Largest relative errors of norms at which two float32 computations agree.
BOUNDS = {"eval": 1e-4, "losses": 1e-4, "grad_g": 1e-3, "grad_d": 1e-3, "after": 1e-4}


def instance_norm(channels):
    return nn.InstanceNorm2d(channels, affine=True)


class Down(nn.Module):
    """f's way down: stride 4 in all."""

    def __init__(self, nf):
        super().__init__()
        self.mods = nn.Sequential(
            nn.ReflectionPad2d(3),
            nn.Conv2d(3, nf // 4, 7, bias=False),
            instance_norm(nf // 4),
            nn.ReLU(),
            nn.Conv2d(nf // 4, nf // 2, 3, 2, 1, bias=False),
            instance_norm(nf // 2),
            nn.ReLU(),
            nn.Conv2d(nf // 2, nf, 3, 2, 1, bias=False),
            instance_norm(nf),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.mods(x)


class MaskBlock(nn.Module):
    def __init__(self, nf):
        super().__init__()
        self.blocs = nn.Sequential(
            nn.Conv2d(nf, nf, 3, 1, 1, bias=False),
            instance_norm(nf),
            nn.ReLU(),
            nn.Conv2d(nf, nf, 3, 1, 1),
        )
        self.activationF = nn.Sequential(instance_norm(nf), nn.ReLU())

    def forward(self, x):
        return self.activationF(self.blocs(x) + x)


class Up(nn.Module):
    """f's way up to the logits."""

    def __init__(self, joined, outputs):
        super().__init__()
        self.mods = nn.Sequential(
            nn.Upsample(scale_factor=2),
            nn.Conv2d(joined, joined // 2, 3, 1, 1, bias=False),
            instance_norm(joined // 2),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(joined // 2, joined // 4, 3, 1, 1, bias=False),
            instance_norm(joined // 4),
            nn.ReLU(),
            nn.ReflectionPad2d(3),
            nn.Conv2d(joined // 4, outputs, 7),
        )

    def forward(self, x):
        return self.mods(x)


class MaskNetwork(nn.Module):
    def __init__(self, o):
        super().__init__()
        nf, q = o["nf_mask"], o["size"] // 4
        self.temperature = o["temperature"]
        self.cnn = nn.Sequential(Down(nf), *[MaskBlock(nf) for _ in range(o["mask_res_blocks"])])
        self.psp = nn.ModuleList(
            nn.Sequential(
                nn.AvgPool2d(max(q // divisor, 1)),
                nn.Conv2d(nf, 1, 1),
                nn.Upsample(size=(q, q), mode="bilinear", align_corners=False),
            )
            for divisor in (1, 2, 3, 6)
        )
        self.out = Up(nf + 4, 1 if o["n_regions"] == 2 else o["n_regions"])

    def forward(self, x):
        x = self.cnn(x)
        x = torch.cat([x] + [branch(x) for branch in self.psp], 1)
        logits = self.out(x) / self.temperature
        if logits.shape[1] > 1:
            return logits.softmax(1)
        first = logits.sigmoid()
        return torch.cat([first, 1 - first], 1)


class SelfAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        conv = lambda n_in, n_out: spectral_norm(nn.Conv2d(n_in, n_out, 1, bias=False))
        self.f = conv(channels, max(channels // 8, 1))
        self.g = conv(channels, max(channels // 8, 1))
        self.h = conv(channels, channels // 2)
        self.o = conv(channels // 2, channels)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        f = self.f(x).flatten(2)
        g = F.max_pool2d(self.g(x), 2).flatten(2)
        h = F.max_pool2d(self.h(x), 2).flatten(2)
        shares = torch.bmm(f.transpose(1, 2), g).softmax(-1)  # [batch, pixels, pooled pixels]
        mixed = torch.bmm(h, shares.transpose(1, 2)).view(x.shape[0], -1, *x.shape[2:])
        return self.gamma * self.o(mixed) + x


class RegionGenerator(nn.Module):
    def __init__(self, o):
        super().__init__()
        ch, nz = o["nf_generator"], o["nz"]
        depth = int(math.log2(o["size"] // 4))
        to = [ch * 2 ** (depth - 1 - k) for k in range(depth)]
        of = [to[0]] + to[:-1]
        up = lambda conv: nn.Sequential(nn.Upsample(scale_factor=2), spectral_norm(conv))
        by_code = lambda channels: nn.ModuleList(nn.Conv2d(nz, c, 1) for c in channels)
        if o["self_attention_generator"]:
            self.selfAtt = SelfAttention(2 * ch)
        self.dense = nn.Linear(nz, 4 * 4 * of[0])
        self.convA = nn.ModuleList(up(nn.Conv2d(a + 1, b, 3, 1, 1, bias=False)) for a, b in zip(of, to))
        self.convB = nn.ModuleList(spectral_norm(nn.Conv2d(b, b, 3, 1, 1)) for b in to)
        self.gammaA, self.gammaB = by_code(of), by_code(to)
        self.betaA, self.betaB = by_code(of), by_code(to)
        self.sc = nn.ModuleList(up(nn.Conv2d(a, b, 1)) for a, b in zip(of, to))
        self.gammaOut, self.betaOut = nn.Conv2d(nz, ch, 1), nn.Conv2d(nz, ch, 1)
        self.convOut = spectral_norm(nn.Conv2d(ch + 1, 3, 3, 1, 1))

    def forward(self, mask, z):
        code = z[:, :, None, None]
        norm = lambda x, gamma, beta: F.relu(F.instance_norm(x) * gamma(code) + beta(code))
        x = self.dense(z).view(len(z), -1, 4, 4)
        for k in range(len(self.convA)):
            if k == len(self.convA) - 1 and hasattr(self, "selfAtt"):
                x = self.selfAtt(x)
            shape = F.avg_pool2d(mask, mask.shape[-1] // x.shape[-1])
            h = torch.cat([norm(x, self.gammaA[k], self.betaA[k]), shape], 1)
            h = self.convA[k](h)
            h = self.convB[k](norm(h, self.gammaB[k], self.betaB[k]))
            x = h + self.sc[k](x)
        x = torch.cat([norm(x, self.gammaOut, self.betaOut), mask], 1)
        return self.convOut(x).tanh() * mask


class Generators(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.net = nn.ModuleList(RegionGenerator(o) for _ in range(o["n_regions"]))

    def forward(self, masks, z):
        """masks [batch, regions, size, size], z [batch, regions, nz] -> [batch, regions, 3, size, size]."""
        return torch.stack([net(masks[:, k : k + 1], z[:, k]) for k, net in enumerate(self.net)], 1)


def residual(n_in, n_out, first=False, last=False):
    conv = lambda a, b: spectral_norm(nn.Conv2d(a, b, 3, 1, 1))
    layers = [] if first else [nn.ReLU()]
    layers += [conv(n_in, n_out), nn.ReLU(), conv(n_out, n_out)]
    return nn.Sequential(*layers) if last else nn.Sequential(*layers, nn.AvgPool2d(2))


def shortcut(n_in, n_out):
    return nn.Sequential(nn.AvgPool2d(2), spectral_norm(nn.Conv2d(n_in, n_out, 1)))


class Discriminator(nn.Module):
    def __init__(self, o):
        super().__init__()
        nf, depth = o["nf_discriminator"], int(math.log2(o["size"] // 4))
        widths = [nf * 2**k for k in range(depth)]
        pairs = list(zip(widths, widths[1:]))
        self.bloc0, self.sc0 = residual(3, nf, first=True), shortcut(3, nf)
        if o["self_attention_discriminator"]:
            self.selfAtt = SelfAttention(nf)
        self.dense = nn.Linear(widths[-1], 1)
        self.blocs = nn.ModuleList(
            [residual(a, b) for a, b in pairs] + [residual(widths[-1], widths[-1], last=True)]
        )
        self.sc = nn.ModuleList(shortcut(a, b) for a, b in pairs)

    def forward(self, x):
        x = self.bloc0(x) + self.sc0(x)
        if hasattr(self, "selfAtt"):
            x = self.selfAtt(x)
        for bloc, sc in zip(self.blocs, self.sc):
            x = bloc(x) + sc(x)
        x = self.blocs[-1](x) + x
        return self.dense(x.sum((2, 3))).squeeze(1)


class Encoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.shape = (o["n_regions"], o["nz"])
        nf, depth = o["nf_encoder"], int(math.log2(o["size"] // 4))
        widths = [3] + [nf * 2**k for k in range(depth)]
        pairs = list(zip(widths, widths[1:]))
        net = nn.Module()
        net.dense = nn.Linear(widths[-1], o["n_regions"] * o["nz"])
        net.blocs = nn.ModuleList(
            [residual(a, b, first=k == 0) for k, (a, b) in enumerate(pairs)]
            + [residual(widths[-1], widths[-1], last=True)]
        )
        net.sc = nn.ModuleList(shortcut(a, b) for a, b in pairs)
        self.net = net

    def forward(self, x):
        for bloc, sc in zip(self.net.blocs, self.net.sc):
            x = bloc(x) + sc(x)
        x = self.net.blocs[-1](x) + x
        return self.net.dense(x.sum((2, 3))).view(-1, *self.shape)


def build(o):
    return {
        "mask": MaskNetwork(o),
        "generator": Generators(o),
        "discriminator": Discriminator(o),
        "encoder": Encoder(o),
    }


def compose(regions, masks, image):
    """One image a region [batch, regions, 3, size, size]: region k redrawn, the rest of `image` kept."""
    return regions + (1 - masks[:, :, None]) * image[:, None]


def evaluate(nets, image, z):
    for net in nets.values():
        net.eval()
    f, g, d, delta = (nets[name] for name in NETWORKS)
    with torch.no_grad():
        masks = f(image)
        regions = g(masks, z)
        redrawn = compose(regions, masks, image)
        return {
            "masks": masks,
            "regions": regions,
            "redrawn": redrawn,
            "score_real": d(image),
            "score_redrawn": torch.stack([d(redrawn[:, k]) for k in range(redrawn.shape[1])], 1),
            "z_from_generated": delta(regions.sum(1)),
        }


def train(nets, o, batches):
    """The published loop; yields losses and the gradients of both updates, iteration by iteration."""
    for net in nets.values():
        net.train()
    f, g, d, delta = (nets[name] for name in NETWORKS)
    optimizers = {
        name: torch.optim.Adam(
            net.parameters(),
            lr=o["lr"][name],
            betas=tuple(map(float, o["adam_betas"])),
            eps=o["adam_eps"],
            weight_decay=o["weight_decay_mask"] if name == "mask" else 0,
        )
        for name, net in nets.items()
    }
    gradients = lambda names: {
        f"{NETWORKS[name]}.{key}": p.grad.clone()
        for name in names
        for key, p in nets[name].named_parameters()
        if p.grad is not None
    }

    def redraw(image, z):
        masks = f(image)
        regions = g(masks, z)
        # All images with region 0 redrawn, then all with region 1 …
        return regions, compose(regions, masks, image).transpose(0, 1).flatten(0, 1)

    for image, real, z in batches:
        for optimizer in optimizers.values():
            optimizer.zero_grad()
        regions, fakes = redraw(image, z)
        adversarial = -d(fakes).mean()
        recovery = (delta(regions.sum(1)) - z).square().mean()
        (adversarial + o["lambda_z"] * recovery).backward()
        grad_g = gradients(["mask", "generator", "encoder"])
        for name in ("mask", "generator", "encoder"):
            optimizers[name].step()

        optimizers["discriminator"].zero_grad()
        with torch.no_grad():
            _, fakes = redraw(image, z)
        score_real, score_fakes = d(real), d(fakes)
        hinge = F.relu(1 - score_real).mean() + F.relu(1 + score_fakes).mean()
        hinge.backward()
        grad_d = gradients(["discriminator"])
        optimizers["discriminator"].step()
        losses = [adversarial, recovery, hinge, score_real.mean(), score_fakes.mean()]
        yield torch.stack(losses).detach(), grad_g, grad_d


def state(nets):
    """A copy of every parameter and buffer, by full name."""
    return {
        f"{NETWORKS[name]}.{key}": value.clone()
        for name, net in nets.items()
        for key, value in net.state_dict().items()
    }


def compute(o, given, dtype):
    """Everything that follows from `init` and the inputs: the rest of a reference file."""
    # The default type also decides that of constants such as interpolation weights.
    torch.set_default_dtype(dtype)
    given = {name: tensor.to(dtype) for name, tensor in given.items()}

    def restored():
        nets = build(o)
        for name, net in nets.items():
            prefix = f"init/{NETWORKS[name]}."
            own = {k.removeprefix(prefix): v for k, v in given.items() if k.startswith(prefix)}
            net.load_state_dict(own)
        return nets

    found = evaluate(restored(), given["eval/image"], given["eval/z"])
    result = {f"eval/{name}": value for name, value in found.items()}
    nets = restored()
    batches = [[given[f"step{s}/{x}"] for x in ("image", "real", "z")] for s in range(o["steps"])]
    for s, (losses, grad_g, grad_d) in enumerate(train(nets, o, batches)):
        result[f"step{s}/losses"] = losses
        if s == 0:
            result |= {f"grad_g/{name}": value for name, value in grad_g.items()}
            result |= {f"grad_d/{name}": value for name, value in grad_d.items()}
    result |= {f"after{o['steps']}/{name}": value for name, value in state(nets).items()}
    return result


def is_given(name):
    return name.startswith("init/") or name.split("/")[1] in ("image", "real", "z")


def read(path):
    with safe_open(path, "pt") as file:
        return file.metadata(), {name: file.get_tensor(name) for name in file.keys()}


def write(path, metadata, tensors):
    save_file({name: value.float().contiguous() for name, value in tensors.items()}, path, metadata)


def blobs(batch, size):
    """Smooth patches of colour, in [-1, 1]."""
    coarse = torch.rand(batch, 3, 5, 5) * 2 - 1
    image = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=True)
    return (image + 0.05 * torch.randn_like(image)).clamp(-1, 1)


def draw(o, seed):
    """Weights and inputs of a new reference."""
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(seed)
    nets = build(o)
    with torch.no_grad():
        for net in nets.values():
            for name, parameter in net.named_parameters():
                if parameter.dim() > 1:
                    nn.init.orthogonal_(parameter, 0.8)
                elif name.endswith("gamma"):
                    parameter.fill_(0.5)  # at 0, where it starts, attention would have no gradient
                else:
                    parameter.add_(0.2 * torch.randn_like(parameter))
    given = {f"init/{name}": value for name, value in state(nets).items()}
    batch, regions, nz = o["batch"], o["n_regions"], o["nz"]
    given |= {"eval/image": blobs(batch, o["size"]), "eval/z": torch.randn(batch, regions, nz)}
    for s in range(o["steps"]):
        given |= {
            f"step{s}/image": blobs(batch, o["size"]),
            f"step{s}/real": blobs(batch, o["size"]),
            f"step{s}/z": torch.randn(batch, regions, nz),
        }
    return given


def options(**changes):
    return {
        "size": 32,
        "n_regions": 2,
        "nz": 3,
        "nf_mask": 4,
        "nf_generator": 1,
        "nf_discriminator": 2,
        "nf_encoder": 2,
        "self_attention_generator": True,
        "self_attention_discriminator": True,
        "mask_res_blocks": 3,
        "temperature": 1.0,
        "lambda_z": 5.0,
        "batch": 2,
        "steps": 2,
        "lr": {"mask": 1e-5, "generator": 1e-4, "discriminator": 1e-4, "encoder": 1e-4},
        "adam_betas": [0, 0.9],
        "adam_eps": 1e-8,
        "weight_decay_mask": 1e-4,
    } | changes


# With it no gradient of a layer is zero throughout, which narrow networks with ReLUs tend to.
SEED = 2

OWN = {
    "small-2-regions": options(nz=2, batch=1, mask_res_blocks=2),
    "small-4-regions": options(
        size=16,
        n_regions=4,
        nz=2,
        nf_mask=6,
        self_attention_generator=False,
        mask_res_blocks=1,
        temperature=0.7,
        lambda_z=0.5,
        lr={"mask": 1e-4, "generator": 3e-4, "discriminator": 2e-4, "encoder": 1e-4},
        weight_decay_mask=0.01,
    ),
}


def error(ours, theirs):
    ours, theirs = ours.double(), theirs.double()
    return float((ours - theirs).norm() / theirs.norm().clamp_min(1e-300))


def cancelled(o, given):
    """Names of the parameters whose gradient is zero in exact arithmetic, found in double precision."""
    exact = compute(o | {"steps": 1}, given, torch.float64)
    names = [name for name in exact if name.startswith("grad_g/") and name.endswith(".bias")]
    whole = math.sqrt(sum(float(exact[name].square().sum()) for name in exact if "grad_g" in name))
    return {name.split("/")[1] for name in names if float(exact[name].norm()) < 1e-11 * whole}


def report(found, expected, left_out):
    """Prints the largest relative error of each quantity. Returns whether all are within bounds."""
    worst = {}
    for name in expected:
        top, rest = name.split("/", 1)
        if is_given(name) or rest in left_out:
            continue
        quantity = "losses" if rest == "losses" else top.rstrip("0123456789")
        key = quantity if quantity == "losses" else f"{quantity} {rest.split('.')[0]}"
        value = error(found[name], expected[name])
        if value >= worst.get(key, (-1,))[0]:
            worst[key] = (value, BOUNDS[quantity], name)
    for key, (value, bound, name) in worst.items():
        print(f"{key:28} {value:.1e}  (bound {bound:.0e})  {name}")
    return all(value <= bound for value, bound, _ in worst.values())


def training_state():
    """What a training saves, with tensors of every kind; each holds 0, 1, 2 … in row-major order."""
    count = lambda *shape, dtype=torch.float32: torch.arange(math.prod(shape), dtype=dtype).view(shape)
    shared = count(8)
    kinds = OrderedDict(
        float=count(2, 3),
        double=count(5, dtype=torch.float64),
        half=count(3, dtype=torch.float16),
        bfloat16=count(3, dtype=torch.bfloat16),
        long=count(4, dtype=torch.int64),
        int=count(4, dtype=torch.int32),
        short=count(4, dtype=torch.int16),
        char=count(4, dtype=torch.int8),
        byte=count(4, dtype=torch.uint8),
        bool=torch.tensor([False, True]),
        scalar=torch.tensor(0.0),
        empty=torch.empty(0, 3),
        parameter=nn.Parameter(count(2, 2)),
        strided=count(2, 3).t().contiguous().t(),
        shared=shared,
        part=shared[:4].view(2, 2),
    )
    layer = nn.Linear(2, 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(2)).sum().backward()
    optimizer.step()
    return {
        "netDX": kinds,
        "netEncM": layer.state_dict(),
        "optimizerDX": optimizer.state_dict(),
        "options": argparse.Namespace(nf=64, name="a name", rates=(1e-4, 1e-5)),
        "iteration": 2**40,
        "best": None,
    }


def write_checkpoints():
    state = training_state()
    torch.save(state, HERE / "kinds.zip.pth")
    torch.save(state, HERE / "kinds.legacy.pth", _use_new_zipfile_serialization=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="+", metavar="FILE")
    parser.add_argument("--recompute", nargs=2, metavar=("FILE", "OUT"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.recompute:
        metadata, tensors = read(args.recompute[0])
        given = {name: value for name, value in tensors.items() if is_given(name)}
        found = compute(json.loads(metadata["options"]), given, torch.float64)
        write(args.recompute[1], metadata, given | found)
    elif args.check:
        passed = True
        for path in args.check:
            metadata, tensors = read(path)
            o = json.loads(metadata["options"])
            given = {name: value for name, value in tensors.items() if is_given(name)}
            left_out = cancelled(o, given)
            print(f"{path}: {len(left_out)} biases without effect left out")
            passed &= report(compute(o, given, torch.float32), tensors, left_out)
        print("pass" if passed else "fail")
        sys.exit(not passed)
    else:
        for name, o in OWN.items():
            given = draw(o, SEED)
            metadata = {
                "what": f"ReDO reference made by test/reference/make.py (PyTorch {torch.__version__})",
                "options": json.dumps(o),
            }
            write(HERE / f"{name}.safetensors", metadata, given | compute(o, given, torch.float32))
        write_checkpoints()


if __name__ == "__main__":
    main()
