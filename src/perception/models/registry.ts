import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ModelIdentity } from '../../decisions/facts.ts';

/** What the registry knows of every model. */
interface CommonEntry {
  /** The name used in settings, on the command line and in results. */
  readonly name: string;
  readonly role: ModelIdentity['role'];
  /** The weights file: in a folder of its package or of this project (embedded) or in MODELS_DIR (strong). */
  readonly file: string;
  /** Lower-case hex SHA-256 of the weights file; it decides, wherever the file came from. */
  readonly sha256: string;
  /** Exact size of the weights file. */
  readonly bytes: number;
  readonly licence: string;
  /** Who made it, and what a user has to know before using it. */
  readonly notice: string;
}

/** A net that an npm package ships, translated to ONNX at start. */
export interface EmbeddedModel extends CommonEntry {
  readonly pack: 'embedded';
  /** The npm package that holds the files, and the folder in it. */
  readonly source: string;
  readonly folder: string;
  /**
   * What `topology`, the JSON file beside the weights, is: a graph of TensorFlow.js, or a mere manifest
   * of the weights of dlib's ResNet, whose graph stands in `runtime/dlib-resnet-to-onnx.ts`.
   */
  readonly format: 'tfjs-graph' | 'dlib-resnet-weights';
  readonly topology: string;
}

/** A net of our own: an ONNX file that is part of this project, in `assets/models`. */
export interface OwnModel extends CommonEntry {
  readonly pack: 'embedded';
  readonly format: 'onnx';
}

/** An ONNX file that `bonafide models pull` puts into MODELS_DIR. */
export interface StrongModel extends CommonEntry {
  readonly pack: 'strong';
  readonly url: string;
  /** Fetched by `bonafide models pull` without names; the others only when they are named. */
  readonly pulledByDefault: boolean;
}

export type ModelEntry = EmbeddedModel | OwnModel | StrongModel;

const human = {
  pack: 'embedded',
  source: '@vladmandic/human',
  folder: 'models',
  format: 'tfjs-graph',
} as const;
const mediaPipe = 'MediaPipe, by Google; converted to TensorFlow.js and shipped by @vladmandic/human (MIT).';
const yakhyo = 'https://github.com/yakhyo/face-anti-spoofing/raw/c175efef505bc275f7835cc9aa2aecab305ac184';

/**
 * Every model the server knows. It loads all but `yunet-320`, which can be pulled for trials and
 * which nothing runs yet. Hashes and sizes were taken from the files that were evaluated.
 */
export const registry: readonly ModelEntry[] = deepFreeze([
  {
    name: 'blazeface',
    role: 'detector',
    ...human,
    file: 'blazeface.bin',
    topology: 'blazeface.json',
    sha256: 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
    bytes: 538_928,
    licence: 'Apache-2.0',
    notice: mediaPipe,
  },
  {
    name: 'facemesh',
    role: 'mesh',
    ...human,
    file: 'facemesh.bin',
    topology: 'facemesh.json',
    sha256: '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
    bytes: 1_477_958,
    licence: 'Apache-2.0',
    notice: mediaPipe,
  },
  {
    name: 'iris',
    role: 'iris',
    ...human,
    file: 'iris.bin',
    topology: 'iris.json',
    sha256: 'd7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71',
    bytes: 2_599_092,
    licence: 'Apache-2.0',
    notice: mediaPipe,
  },
  {
    name: 'dlib-resnet',
    role: 'embedding',
    pack: 'embedded',
    source: '@vladmandic/face-api',
    folder: 'model',
    format: 'dlib-resnet-weights',
    file: 'face_recognition_model.bin',
    topology: 'face_recognition_model-weights_manifest.json',
    sha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
    bytes: 6_444_032,
    licence: 'CC0-1.0',
    notice:
      "dlib's face-recognition ResNet, 128 dimensions, by Davis King; quantised weights shipped by @vladmandic/face-api (MIT).",
  },
  {
    name: 'face-mask',
    role: 'occlusion',
    pack: 'embedded',
    format: 'onnx',
    file: 'face-mask.onnx',
    sha256: '7961d1d7279d6a4432dcf81c8b5071343ffa58a79995612a702cbfce1e4e8e04',
    bytes: 297_261,
    licence: 'Apache-2.0',
    notice:
      'Our own net for worn masks, trained on faces for research use with painted masks: assets/models/face-mask.md.',
  },
  {
    name: 'bonafide-antispoof',
    role: 'anti-spoof',
    pack: 'embedded',
    format: 'onnx',
    file: 'anti-spoof.onnx',
    sha256: 'baa3561bc7e23de55549f52db02810b406c2948c1bc0647428bb05f1e1a623f4',
    bytes: 774_209,
    licence: 'Apache-2.0',
    notice:
      'Our own anti-spoof net, experimental, trained on faces for research use and attacks made of them: assets/models/anti-spoof.md.',
  },
  {
    name: 'yunet',
    role: 'detector',
    pack: 'strong',
    file: 'face_detection_yunet_2023mar.onnx',
    sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
    bytes: 232_589,
    licence: 'MIT',
    notice: 'YuNet 2023mar at 640×640, by Shiqi Yu and others, from OpenCV Zoo.',
    url: 'https://github.com/opencv/opencv_zoo/raw/82b38c8f98e7b52aa171400f3e4c722352d0669f/models/face_detection_yunet/face_detection_yunet_2023mar.onnx',
    pulledByDefault: true,
  },
  {
    name: 'yunet-320',
    role: 'detector',
    pack: 'strong',
    file: 'yunet_s_320.onnx',
    sha256: 'beb05bf2378aee45cd7c41056da07265b7bb91041ed1b06f923819a9c744ec36',
    bytes: 232_557,
    licence: 'MIT',
    notice:
      'YuNet at 320×320, four times faster, by Shiqi Yu and others, from libfacedetection.train. Not run yet.',
    url: 'https://github.com/ShiqiYu/libfacedetection.train/raw/0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_s_320_320.onnx',
    pulledByDefault: false,
  },
  {
    name: 'minifasnet-v2',
    role: 'anti-spoof',
    pack: 'strong',
    file: 'minifasnet_v2_2.7_80x80.onnx',
    sha256: '4eed38f0bde33c9b805942a5f25e42ce1161e2bda545254be622be957727794e',
    bytes: 1_743_561,
    licence: 'Apache-2.0',
    notice: 'MiniFASNet V2 of Silent-Face-Anti-Spoofing, by Minivision; ONNX by yakhyo.',
    url: `${yakhyo}/weights/MiniFASNetV2.onnx`,
    pulledByDefault: true,
  },
  {
    name: 'minifasnet-v1se',
    role: 'anti-spoof',
    pack: 'strong',
    file: 'minifasnet_v1se_4.0_80x80.onnx',
    sha256: 'd819a69bac6b9ade2a0f4d9b60b618e1260f7bf3ba1fddff6c5d82131cb1083f',
    bytes: 1_742_315,
    licence: 'Apache-2.0',
    notice: 'MiniFASNet V1SE of Silent-Face-Anti-Spoofing, by Minivision; ONNX by yakhyo.',
    url: `${yakhyo}/weights/MiniFASNetV1SE.onnx`,
    pulledByDefault: true,
  },
  {
    name: 'minifasnet-v2se',
    role: 'anti-spoof',
    pack: 'strong',
    file: 'minifasnet_v2se_1.5_128x128.onnx',
    sha256: 'af2381b88f38769222ed93379e12444e2a50814575de1c46170de570c55a42b6',
    bytes: 1_912_594,
    licence: 'Apache-2.0, non-commercial training data',
    notice:
      'A community MiniFASNet V2-SE, trained on CelebA-Spoof, whose terms are non-commercial: opt-in only.',
    url: 'https://github.com/johnraivenolazo/face-antispoof-onnx/raw/2b9830bb0eccafddcf0abcedf5c6ad506f0a1142/models/best/98.20/best_model.onnx',
    pulledByDefault: false,
  },
  {
    name: 'mobilefacenet',
    role: 'embedding',
    pack: 'strong',
    file: 'mobilefacenet_112.onnx',
    sha256: 'f055d9c9a4d826d198c42666590fdefa0fdc1374a75ccb6306c3d1b1bf8f74c5',
    bytes: 3_973_728,
    licence: 'MIT, research-only training data',
    notice:
      'MobileFaceNet with ArcFace loss, 128 dimensions, from placrosse/Zaru, which names InsightFace_Pytorch (MIT) as its source; that was trained on MS-Celeb-1M, which was for research only and has been withdrawn: opt-in only.',
    url: 'https://github.com/placrosse/Zaru/raw/246d88c25310a0dec1a21ec3b4272635b55f7b85/3rdparty/onnx/mobilefacenet.onnx',
    pulledByDefault: false,
  },
]);

/**
 * The model of that name.
 *
 * @throws Error with a sentence that lists the known names
 */
export function findModel(name: string): ModelEntry {
  const entry = registry.find((model) => model.name === name);
  if (entry) return entry;
  throw new Error(
    `There is no model "${name}"; known are ${registry.map((model) => model.name).join(', ')}.`,
  );
}

/**
 * The folder of an installed npm package. The package's `exports` may forbid resolving anything but
 * its main file, so this walks up from there.
 *
 * @throws Error when the package is not installed
 */
export function packageFolder(name: string): string {
  const main = createRequire(import.meta.url).resolve(name);
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    if (packageName(folder) === name) return folder;
  }
  throw new Error(`The npm package ${name} has no package.json above ${main}.`);
}

function packageName(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name;
  } catch {
    return undefined;
  }
}

function deepFreeze(entries: ModelEntry[]): readonly ModelEntry[] {
  return Object.freeze(entries.map((entry) => Object.freeze(entry)));
}
