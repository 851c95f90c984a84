// Runs a program, written in whatever language, against a server: with-server.js [--domain NAME] [OPTION...] -- COMMAND [ARGUMENT...]
// The program finds the server through the ready file that HOLDFAST_READY names, and its log through HOLDFAST_LOG. The
// exit code is the program's, or 1 if the server did not end cleanly afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Server } from './server.js';
import { settings } from './settings.js';

const separator = process.argv.indexOf('--');
const options = process.argv.slice(2, Math.max(2, separator));
const domain = options[0] === '--domain' ? options.splice(0, 2)[1] : null;
const [command, ...args] = process.argv.slice(separator + 1);
if (separator < 2 || !command) {
  throw new Error('usage: with-server.js [--domain NAME] [OPTION...] -- COMMAND [ARGUMENT...]');
}

const server = await Server.start(settings.data, { domain, args: options });
const program = spawn(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, HOLDFAST_READY: server.readyFile, HOLDFAST_LOG: settings.serverLog },
});
const [code] = await once(program, 'exit');
await server.stop();
process.exitCode = code ?? 1;
