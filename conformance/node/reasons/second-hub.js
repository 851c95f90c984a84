// A hub besides the first, for what a hub without authorities says and what is said when a hub is deleted.
import { TestHub } from '../harness/hub.js';

/** Made when it is first asked for; its name is one that the private network resolves. */
export async function secondHub(world) {
  world.secondHub ??= world.server.done('hub', 'create', 'hub2').then(() => new TestHub(world.server, 'hub2'));
  return world.secondHub;
}

/** Whoever asks for it later gets a new one. */
export async function deleteSecondHub(world) {
  await world.server.done('hub', 'delete', 'hub2', '--yes');
  world.secondHub = undefined;
}
