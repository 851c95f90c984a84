// What `conformance/run` tells the tests, as environment variables.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: start the tests with conformance/run`);
  }
  return value;
}

export const settings = {
  /** The command under test. */
  holdfast: required('HOLDFAST'),
  /** A data directory of this suite's own. */
  data: required('CONFORMANCE_DATA'),
  /** Where the server's output goes. */
  serverLog: required('CONFORMANCE_LOG'),
  /** A directory for what a test writes. */
  scratch: required('CONFORMANCE_SCRATCH'),
};

mkdirSync(settings.scratch, { recursive: true });
mkdirSync(dirname(settings.serverLog), { recursive: true });
