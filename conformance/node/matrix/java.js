// The official device and module SDK for Java over its five transports, and the service SDK, in one process for all sessions.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.js';
import { protocolCannot } from './reasons.js';

const JAVA = fileURLToPath(new URL('../../java/target', import.meta.url));
const NO_BATCH = 'This client has batches over HTTPS alone: over AMQP it says so.';
const NO_MODULES = 'The module client of this SDK has no HTTPS: its constructor says so.';

function clientCannot(feature, transport) {
  if (feature === 'batch' && transport !== 'HTTPS') {
    return NO_BATCH;
  }
  return feature === 'module' && transport === 'HTTPS' ? NO_MODULES : null;
}

/** @param roots file of the roots to trust, for the service SDK, which takes none by itself */
export function javaSdk(roots) {
  const jars = readdirSync(join(JAVA, 'lib'));
  const version = jars.map((jar) => /^iot-device-client-(.*)\.jar$/.exec(jar)?.[1]).find(Boolean);
  // Without performance data: its file in /tmp is named by the process id, and each private network counts its own.
  const program = new Program(join(process.env.JAVA_HOME, 'bin/java'),
    ['-XX:-UsePerfData', '-XX:TieredStopAtLevel=1', '-cp', `${JAVA}/classes:${JAVA}/lib/*`, 'dev.holdfast.conformance.Main', 'matrix', roots]);
  return {
    name: `Java \`iot-device-client\` ${version}`,
    transports: ['MQTT', 'MQTT-WS', 'AMQP', 'AMQP-WS', 'HTTPS'],
    cannot: (feature, transport) => protocolCannot(feature, transport) ?? clientCannot(feature, transport),
    open: (transport, identity) => program.open(transport, identity),
    /** What the service SDK beside it does, in the same process. */
    service: (how) => program.call(0, 'service', how),
    serviceVersion: jars.map((jar) => /^iot-service-client-(.*)\.jar$/.exec(jar)?.[1]).find(Boolean),
    close: () => program.close(),
  };
}
