// Clients from Debian's packages for Python: Paho for MQTT, Qpid Proton for AMQP.
import { fileURLToPath } from 'node:url';
import { run } from '../harness/server.js';
import { Program } from './program.js';
import { protocolCannot } from './reasons.js';

/** Debian's own Python, for which its packages are. */
const PYTHON = '/usr/bin/python3';
const NO_FORMAT = 'Proton for Python can\'t set the format of a message, which a batch has in its transfer.';

async function version(expression) {
  const { code, stdout, stderr } = await run(PYTHON, ['-c', expression]);
  if (code !== 0) {
    throw new Error(stderr);
  }
  return stdout.trim();
}

async function client(script, transports, name, cannot) {
  const program = new Program(PYTHON, [fileURLToPath(new URL(script, import.meta.url))]);
  return { name, transports, cannot, open: (transport, identity) => program.open(transport, identity), close: () => program.close() };
}

export async function paho() {
  const number = await version('import paho.mqtt; print(paho.mqtt.__version__)');
  return client('paho_device.py', ['MQTT', 'MQTT-WS'], `Paho for Python ${number}`, protocolCannot);
}

export async function proton() {
  const number = await version('import proton; print(".".join(map(str, proton.VERSION)))');
  return client('proton_device.py', ['AMQP'], `Qpid Proton for Python ${number}`, (feature) => (feature === 'batch' ? NO_FORMAT : null));
}
