// How different two colours look, also to colour-blind eyes: CIEDE2000 over the simulations of Machado (2009).

type Three = readonly [number, number, number];
type Matrix = readonly [Three, Three, Three];

/** How eyes mix linear red, green and blue. */
export const EYES: Readonly<Record<string, Matrix>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "blind to red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "blind to green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "blind to blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Three = [0.95047, 1, 1.08883];

/** The difference of two colours by CIEDE2000; about 2 can be seen side by side, 10 and more at a glance. */
export function distance(one: string, other: string, eyes: string): number {
  return ciede2000(lab(one, EYES[eyes] as Matrix), lab(other, EYES[eyes] as Matrix));
}

function times(matrix: Matrix, [a, b, c]: Three): Three {
  return matrix.map((row) => row[0] * a + row[1] * b + row[2] * c) as unknown as Three;
}

function lab(colour: string, eyes: Matrix): Three {
  const linear = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Three;
  const seen = times(eyes, linear).map((part) => Math.max(0, Math.min(1, part))) as unknown as Three;
  const [x, y, z] = times(XYZ, seen).map((part, at) => bend(part / (WHITE[at] as number))) as unknown as Three;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function bend(part: number): number {
  return part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116;
}

const sin = (degrees: number) => Math.sin((degrees * Math.PI) / 180);
const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
const angle = (a: number, b: number) => ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

function ciede2000([l1, a1, b1]: Three, [l2, a2, b2]: Three): number {
  const grey = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const stretch = 1.5 - 0.5 * Math.sqrt(grey ** 7 / (grey ** 7 + 25 ** 7));
  const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
  const [h1, h2] = [angle(a1 * stretch, b1), angle(a2 * stretch, b2)];
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const hue = c1 * c2 === 0 ? h1 + h2 : (h1 + turn / 2 + 360) % 360;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.2 * cos(4 * hue - 63);
  const dl = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(c1 * c2) * sin(turn / 2)) / (1 + 0.015 * c * t);
  const twist = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * sin(60 * Math.exp(-(((hue - 275) / 25) ** 2)));
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + twist * dc * dh);
}
