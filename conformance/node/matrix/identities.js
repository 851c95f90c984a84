// Who a client of the matrix is: a device or module that is let in by a token, by the thumbprint of its certificate, or by an authority.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { deviceToken, freshId, parse } from '../harness/hub.js';
import { settings } from '../harness/settings.js';

export const AUTHENTICATIONS = ['SAS', 'thumbprint', 'CA'];

/** Makes identities of every kind in one hub. */
export class Identities {
  #hub;
  #certificate;
  #root;

  static async in(hub) {
    const identities = new Identities();
    identities.#hub = hub;
    identities.#certificate = await selfSigned(freshId('matrix'));
    identities.#root = await Authority.root(freshId('matrix'));
    await hub.server.done('cert', 'authority', 'add', freshId('matrix'), '--file', identities.#root.certFile);
    return identities;
  }

  /** A device, which is told apart from others by the authentication alone. */
  async device(authentication) {
    const device = await this.#hub.createDevice({ authentication: this.#description(authentication) });
    return this.#identity(authentication, device);
  }

  /** A module of a device. */
  async module(device) {
    const module = await this.#hub.createModule(device.deviceId, { authentication: this.#description(device.authentication) });
    return this.#identity(device.authentication, module);
  }

  #description(authentication) {
    const { sha256 } = this.#certificate;
    return {
      SAS: { type: 'sas' },
      thumbprint: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: sha256, secondaryThumbprint: sha256 } },
      CA: { type: 'certificateAuthority' },
    }[authentication];
  }

  /** What a client needs to know, as texts and as files, so that it can be told to a program in any language. */
  async #identity(authentication, { deviceId, moduleId, connectionString }) {
    const path = moduleId ? `${deviceId}/modules/${moduleId}` : deviceId;
    const hostName = this.#hub.hostName;
    const identity = {
      authentication, deviceId, moduleId, connectionString, hostName,
      /** As it stands in a topic and an address behind 'devices/'. */
      path,
      /** How MQTT calls it. */
      clientId: moduleId ? `${deviceId}/${moduleId}` : deviceId,
      caFile: this.#hub.server.ready.trustBundle,
    };
    if (authentication === 'SAS') {
      return { ...identity, token: deviceToken(`${hostName}/devices/${path}`, parse(connectionString).SharedAccessKey) };
    }
    return { ...identity, ...(authentication === 'thumbprint' ? this.#byThumbprint() : await this.#byAuthority(identity.clientId)) };
  }

  #byThumbprint() {
    const { cert, key, certFile, keyFile } = this.#certificate;
    return { cert, key, certFile, keyFile };
  }

  async #byAuthority(commonName) {
    const { cert, key } = (await this.#root.device(commonName)).chain();
    const base = join(settings.scratch, freshId('matrix'));
    writeFileSync(`${base}.pem`, cert);
    writeFileSync(`${base}.key`, key, { mode: 0o600 });
    return { cert, key, certFile: `${base}.pem`, keyFile: `${base}.key` };
  }
}
