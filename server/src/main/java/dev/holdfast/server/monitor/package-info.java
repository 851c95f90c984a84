/** What an operator's tools ask: metrics in the Prometheus formats, and whether the installation is ready. Plain HTTP, GET only. */
@NullMarked
package dev.holdfast.server.monitor;

import org.jspecify.annotations.NullMarked;
