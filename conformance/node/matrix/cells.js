// Runs the cells of the matrix, several rows at once, and says of each: it works, it can't be (and why), or it failed (and how).
import { within } from '../harness/deadline.js';
import { FEATURES } from './features.js';

/** Rows at work at the same time. */
const AT_ONCE = 8;
const OPEN_MILLIS = 20_000;

/** What became of a cell: {} when it works, {cannot} or {failed} with a sentence. */
const outcome = async (run) => {
  try {
    await run();
    return {};
  } catch (error) {
    return { failed: sentence(error), error };
  }
};

/** What an error says, without anything that another run would have differently. */
function sentence(error) {
  const { name, message, expected, actual } = error;
  const said = expected !== undefined ? `expected ${JSON.stringify(expected)} and found ${JSON.stringify(actual)}` : String(message || error);
  return `${/^(Error|AssertionError)$/.test(name) ? '' : `${name}: `}${said.split('\n')[0]}`
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'ID')
    .replace(/\b(device|module|matrix)-[0-9a-f]{8}\b/g, 'ID')
    .replace(/\b[0-9a-f]{16,}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'TIME')
    .replace(/; read \d+.*/, '')
    .replaceAll('|', '/')
    .slice(0, 200);
}

/** Runs jobs, `AT_ONCE` at the same time; results in the order of the jobs. */
export async function together(jobs) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const at = next++;
      results[at] = await jobs[at]();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Every cell of one client over one transport with one authentication, by feature. */
export async function deviceRow(checks, client, transport, authentication) {
  const cannot = (feature) => client.cannot(feature, transport, authentication);
  const open = (identity) => within(OPEN_MILLIS, 'the open', client.open(transport, identity));
  const cells = {};
  const tried = [];
  for (const feature of Object.keys(FEATURES)) {
    const why = cannot(feature);
    why ? cells[feature] = { cannot: why } : tried.push(feature);
  }
  const later = [];
  const opened = tried.length > 0 && await outcome(async () => {
    const identity = await checks.context.identities.device(authentication);
    const session = await open(identity);
    for (const feature of tried) {
      cells[feature] = await outcome(async () => {
        const rest = await checks[feature]({ session, identity, open, cannot });
        if (rest?.later) {
          later.push(outcome(() => rest.later).then((end) => { cells[feature] = end; }));
        }
      });
    }
    await session.close();
  });
  tried.forEach((feature) => { cells[feature] ??= opened; });
  // What a sender hears comes up to 15 s later; the next row need not wait for it.
  return { client: client.name, transport, authentication, cells, settled: Promise.all(later) };
}

/** Every cell of a client of the service side over one transport: its features are functions of its own. */
export async function serviceRow(client, transport) {
  const cells = {};
  for (const [feature, run] of Object.entries(client.features)) {
    const cannot = client.cannot(feature, transport);
    cells[feature] = cannot ? { cannot } : await outcome(() => run(transport));
  }
  return { client: client.name, transport, cells };
}
