import Delaunator from 'delaunator';

/** The server's mesh over the preview. */
export interface MeshDrawing {
  /** Has the shape of the frame, and is laid over the preview as the picture itself is: cut and mirrored. */
  readonly canvas: HTMLCanvasElement;
  /** @param mesh [x0, y0, x1, y1, …], 0..1 of the frame, whose size in pixels follows */
  draw(mesh: readonly number[], width: number, height: number): void;
  clear(): void;
}

/** Pixels on the longer side: lines stay fine on a screen of two or three pixels to one. */
const side = 1_280;

export function createMeshDrawing(): MeshDrawing {
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  const context = canvas.getContext('2d')!;
  let edges: readonly (readonly [number, number])[] | null = null;
  return {
    canvas,
    draw(mesh, width, height) {
      const scale = side / Math.max(width, height);
      const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
      if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
      // Which points are neighbours does not change when a head turns: the first face, which looks ahead, says.
      edges ??= edgesOf(mesh);
      context.clearRect(0, 0, size.width, size.height);
      context.beginPath();
      for (const [from, to] of edges) {
        context.moveTo(mesh[from * 2]! * size.width, mesh[from * 2 + 1]! * size.height);
        context.lineTo(mesh[to * 2]! * size.width, mesh[to * 2 + 1]! * size.height);
      }
      context.lineWidth = 1.5;
      context.strokeStyle = '#7ef0c0a6';
      context.stroke();
    },
    clear: () => context.clearRect(0, 0, canvas.width, canvas.height),
  };
}

/** Neighbours among points: the edges of a Delaunay triangulation, each once. */
export function edgesOf(mesh: readonly number[]): readonly (readonly [number, number])[] {
  const { triangles, halfedges } = new Delaunator(Float64Array.from(mesh));
  return Array.from(triangles, (from, edge): readonly [number, number] => {
    const next = edge % 3 === 2 ? edge - 2 : edge + 1;
    return [from, triangles[next]!];
  }).filter((_, edge) => edge > halfedges[edge]!);
}
