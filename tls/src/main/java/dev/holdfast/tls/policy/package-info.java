/** Which TLS a name accepts, and the judgement over a ClientHello: values and pure functions. */
@NullMarked
package dev.holdfast.tls.policy;

import org.jspecify.annotations.NullMarked;
