import sharp from 'sharp';
import {
  type FaceFacts,
  type FrameFacts,
  type Point,
  type Pose,
  valueIfMeasured,
} from '../decisions/facts.ts';
import { drawText, escapeMarkup } from './draw-text.ts';

/** What is written under the picture. */
export interface Caption {
  /** One word or two, in the colour of the verdict. */
  readonly title: string;
  /** CSS colour of the title and of the subject's box. */
  readonly colour: string;
  readonly lines: readonly string[];
}

/** Drawings are at least and at most this wide or high, so that small faces can be looked at. */
const smallestSide = 720;
const largestSide = 1600;

/** Space around the caption, and its letters' height as a share of the drawing's width. */
const margin = 16;
const letterShare = 1 / 40;

/** Colours of the subject's own axes, as in most pose drawings: x red, y green, z (out of the nose) blue. */
const axes = [
  { colour: '#ff4040', direction: [-1, 0, 0] },
  { colour: '#40d040', direction: [0, 1, 0] },
  { colour: '#4090ff', direction: [0, 0, -1] },
] as const;

const noseTip = 1;

/**
 * Draws boxes, mesh, pose axes and eyes over a picture and writes the caption under it.
 *
 * @param bytes the encoded picture that the facts were measured in
 * @returns a PNG file
 */
export async function drawFacts(
  bytes: Uint8Array,
  facts: FrameFacts,
  subject: FaceFacts | undefined,
  caption: Caption,
): Promise<Buffer> {
  // The overlay is our own SVG; perception shut that door for strangers' files, which are decoded by now.
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  const longer = Math.max(facts.width, facts.height);
  const scale = Math.min(Math.max(longer, smallestSide), largestSide) / longer;
  const width = Math.round(facts.width * scale);
  const height = Math.round(facts.height * scale);
  const overlay = drawOverlay(facts, subject, caption.colour, scale, { width, height });
  const text = await writeCaption(caption, Math.max(width, smallestSide) - 2 * margin);
  const picture = await sharp(bytes, { autoOrient: true })
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .composite([{ input: Buffer.from(overlay) }])
    .png()
    .toBuffer();
  return sharp({
    create: {
      width: Math.max(width, text.width + 2 * margin),
      height: height + text.height + 2 * margin,
      channels: 3,
      background: '#101418',
    },
  })
    .composite([
      { input: picture, left: 0, top: 0 },
      { input: text.image, left: margin, top: height + margin },
    ])
    .removeAlpha()
    .png()
    .toBuffer();
}

function drawOverlay(
  facts: FrameFacts,
  subject: FaceFacts | undefined,
  colour: string,
  scale: number,
  size: { readonly width: number; readonly height: number },
): string {
  const shapes = facts.faces.map((face) => drawFace(face, face === subject ? colour : '#a0a0a0', scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${shapes.join('')}</svg>`;
}

function drawFace(face: FaceFacts, colour: string, scale: number): string {
  const { x, y, width, height } = face.box;
  const [left, top, w, h] = [x, y, width, height].map((value) => (value * scale).toFixed(1));
  const box = `<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="3"/>`;
  const mesh = valueIfMeasured(face.mesh);
  const pose = valueIfMeasured(face.pose);
  if (!mesh) return box;
  return (
    box + drawMesh(mesh, scale) + drawEyes(face, scale) + (pose ? drawPose(mesh, pose, width, scale) : '')
  );
}

function drawMesh(mesh: Float32Array, scale: number): string {
  const dots: string[] = [];
  for (let at = 0; at < mesh.length; at += 3) {
    const [x, y] = [mesh[at]! * scale, mesh[at + 1]! * scale];
    dots.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.2"/>`);
  }
  return `<g fill="#e0ffff" fill-opacity="0.75">${dots.join('')}</g>`;
}

function drawEyes(face: FaceFacts, scale: number): string {
  const iris = valueIfMeasured(face.iris);
  if (!iris) return '';
  return [iris.left, iris.right]
    .map(({ centre, radius }) => {
      const [x, y, r] = [centre.x, centre.y, radius].map((value) => (value * scale).toFixed(1));
      return `<circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke="#ff40ff" stroke-width="2"/>`;
    })
    .join('');
}

function drawPose(mesh: Float32Array, pose: Pose, faceWidth: number, scale: number): string {
  const from: Point = { x: mesh[noseTip * 3]! * scale, y: mesh[noseTip * 3 + 1]! * scale };
  const length = 0.6 * faceWidth * scale;
  return axes
    .map(({ colour, direction }) => {
      const [dx, dy] = turn(direction, pose);
      const to = { x: from.x + dx * length, y: from.y + dy * length };
      return `<line x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}" stroke="${colour}" stroke-width="4"/>`;
    })
    .join('');
}

/** Turns a direction of the mean face (x right, y down, z away) by roll · yaw · pitch. */
function turn([x, y, z]: readonly [number, number, number], pose: Pose): [number, number] {
  const [yaw, pitch, roll] = [pose.yaw, -pose.pitch, pose.roll].map(
    (degrees) => (degrees * Math.PI) / 180,
  ) as [number, number, number];
  const tippedY = Math.cos(pitch) * y - Math.sin(pitch) * z;
  const tippedZ = Math.sin(pitch) * y + Math.cos(pitch) * z;
  const turnedX = Math.cos(yaw) * x + Math.sin(yaw) * tippedZ;
  return [
    Math.cos(roll) * turnedX - Math.sin(roll) * tippedY,
    Math.sin(roll) * turnedX + Math.cos(roll) * tippedY,
  ];
}

function writeCaption({ title, colour, lines }: Caption, width: number) {
  const markup = [
    `<span foreground="${colour}" size="150%" weight="bold">${escapeMarkup(title)}</span>`,
    ...lines.map((line) => `<span foreground="#e8e8e8">${escapeMarkup(line)}</span>`),
  ].join('\n');
  return drawText(markup, width * letterShare, width);
}
