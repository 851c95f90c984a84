/** HTTP/1.1 on connections that a listener accepted: bounded parsing, one router, handlers that may block. No other version. */
@NullMarked
package dev.holdfast.wire.http;

import org.jspecify.annotations.NullMarked;
