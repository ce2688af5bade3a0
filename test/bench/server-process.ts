import { spawn } from 'node:child_process';
import path from 'node:path';
import { repoRoot } from '../workbench/paths.mjs';

/** What a server saw since it was last asked. */
export interface ServerStatistics {
  readonly requests: number;
  readonly activeMs: number;
  readonly meanInFlight: number;
}

export interface ServerProcess {
  readonly url: string;
  statistics(): Promise<ServerStatistics>;
  stop(): void;
}

/** The fault server in a process of its own: its work must not be measured as the client's. */
export async function startServerProcess(...args: string[]): Promise<ServerProcess> {
  const script = path.join(repoRoot, 'out/test/fixtures/fault-server-main.mjs');
  const server = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      const onExit = () => reject(new Error('the fault server ended'));
      server.once('exit', onExit);
      server.stdout.once('data', (chunk: Buffer) => {
        server.off('exit', onExit);
        resolve(JSON.parse(chunk.toString()));
      });
    });
  const { url } = await next<{ url: string }>();
  return {
    url,
    statistics: () => {
      const answer = next<ServerStatistics>();
      server.stdin.write('\n');
      return answer;
    },
    stop: () => {
      server.stdin.end();
      server.kill();
    },
  };
}
