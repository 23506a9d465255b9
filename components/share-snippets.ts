/** A view as lines of other languages that lead to the same picture. */

import type {ModelConfig} from '../core/model/config.js';
import type {View} from '../core/session/view-link.js';

/** A tag for a page that has loaded the element. */
export function htmlSnippet(text: string): string {
  return `<script type="module" src="redo-viewer.js"></script>\n<redo-viewer view="${text}"></redo-viewer>\n`;
}

/** The same by script, with the parts of the view in the open. */
export function javascriptSnippet(view: View): string {
  const {codes, ...rest} = view;
  const json = JSON.stringify(rest, null, 2);
  const lists = codes.map(code => `    [${[...code].join(', ')}],`).join('\n');
  return `import './redo-viewer.js';

const viewer = document.createElement('redo-viewer');
document.body.append(viewer);
await viewer.showView({
  ...${json.replaceAll('\n', '\n  ')},
  codes: [
${lists}
  ].map(code => Float32Array.from(code)),
});
`;
}

/** Height and width for which the published generators are written. */
const PUBLISHED_SIZE = 128;

/**
 * Lines for the published code (`models.py`), which redraw a region of an image file.
 *
 * @throws RangeError if the published code has no networks of this form.
 */
export function pytorchSnippet({codes, region}: View, config: ModelConfig): string {
  const {size, regions, widths, maskResidualBlocks, temperature, attention, codeSize} = config;
  if (size !== PUBLISHED_SIZE || config.normalization !== 'instance') {
    throw new RangeError(
      `PyTorch: the published generators are for ${PUBLISHED_SIZE}×${PUBLISHED_SIZE} pixels and instance norm; this model is for ${size}×${size} and ${config.normalization} norm`
    );
  }
  const python = (value: boolean): string => (value ? 'True' : 'False');
  const lists = codes.map(code => `[${[...code].join(', ')}]`).join(',\n                   ');
  return `# Beside models.py of github.com/mickaelChen/ReDO; weights.safetensors is this model, exported for
# PyTorch, and image.png its image, ${size}×${size}.
import numpy as np, torch
from PIL import Image
from safetensors.torch import load_file
import models

def part(name):
    start = name + "."
    return {key[len(start):]: value for key, value in state.items() if key.startswith(start)}

state = load_file("weights.safetensors")
f = models._netEncM(sizex=${size}, nMasks=${regions}, nRes=${maskResidualBlocks}, nf=${widths.mask}, temperature=${temperature}).eval()
f.load_state_dict(part("netEncM"))
G = models._netGenX(sizex=${size}, nc=${codeSize}, nf=${widths.generator}, nMasks=${regions}, selfAtt=${python(attention.generator)}).eval()
G.load_state_dict(part("netGenX"))

image = torch.tensor(np.array(Image.open("image.png").convert("RGB"))).permute(2, 0, 1)[None] / 127.5 - 1
z = torch.tensor([${lists}])[None, :, :, None, None]
with torch.no_grad():
    masks = f(image)    # [1, ${regions}, ${size}, ${size}]
    drawn = G(masks, z) # M_k V_k: [1, ${regions}, 3, ${size}, ${size}]
    redrawn = drawn[:, ${region}] + (1 - masks[:, ${region}:${region + 1}]) * image
Image.fromarray(((redrawn[0].permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()).save("redrawn.png")
`;
}
