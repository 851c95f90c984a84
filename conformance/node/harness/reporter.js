// One line per test, what went wrong below it, and a last line that conformance/run adds up.
import { basename } from 'node:path';
import { inspect } from 'node:util';

export default async function* report(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (type === 'test:pass' || type === 'test:fail') {
      if (data.details.type === 'suite') {
        // Only a suite's own hooks are news; its tests have lines of their own.
        const failure = data.details.error?.failureType;
        if (type === 'test:pass' || failure === 'subtestsFailed') {
          continue;
        }
      }
      yield* line(type, data, counts);
    } else if (type === 'test:diagnostic' && data.nesting > 0) {
      yield `      ${data.message}\n`;
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield indent(data.message.trimEnd()) + '\n';
    }
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}

function* line(type, data, counts) {
  const millis = Math.round(data.details.duration_ms);
  const name = data.name.endsWith('.js') ? basename(data.name) : data.name;
  if (data.skip !== undefined || data.todo !== undefined) {
    counts.skipped++;
    yield `skip  ${name}\n`;
  } else if (type === 'test:pass') {
    counts.passed++;
    yield `pass  ${name} (${millis} ms)\n`;
  } else {
    counts.failed++;
    const error = data.details.error;
    yield `FAIL  ${name} (${millis} ms)\n${indent(explain(error?.cause ?? error))}\n`;
  }
}

/** The error with its causes; of the stacks only what is ours. */
function explain(error) {
  return inspect(error, { depth: 3, breakLength: 160 })
    .split('\n')
    .filter((line) => !/^\s+(at .*(node_modules|node:|<anonymous>\))|\.\.\. \d+ lines)/.test(line) || line.includes('/test/'))
    .join('\n');
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
