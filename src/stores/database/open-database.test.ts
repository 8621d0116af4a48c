import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from './open-database.ts';

it.each(['require', 'verify-full'])('says at once that a server speaks no TLS: sslmode=%s', async (mode) => {
  // What a PostgreSQL without TLS answers to SSLRequest (its manual, 54.2.9).
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write('N'));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const warn = vi.spyOn(process, 'emitWarning');
  onTestFinished(() => warn.mockRestore());
  const { port } = server.address() as AddressInfo;
  const databaseUrl = `postgres://user:secret@127.0.0.1:${port}/faces?sslmode=${mode}`;
  const opening = openDatabase({ databaseUrl, dataDir: '' });
  await expect(opening).rejects.toThrow(
    `The PostgreSQL of DATABASE_URL (127.0.0.1:${port}/faces) speaks no TLS, which sslmode asks for`,
  );
  expect(warn).not.toHaveBeenCalled();
});
