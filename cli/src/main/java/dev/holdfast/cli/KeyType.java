package dev.holdfast.cli;

/** Key types of server chains, as the server names them. */
enum KeyType {
    rsa,
    ecdsa
}
