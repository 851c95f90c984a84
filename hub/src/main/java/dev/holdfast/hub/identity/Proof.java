package dev.holdfast.hub.identity;

/** What let a device in, so that whoever withdraws it finds the device. */
public sealed interface Proof permits CertificateProof, KeyProof {}
