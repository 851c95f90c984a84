/** Who builds whom, which port: one process, put together with plain constructors. */
@NullMarked
package dev.holdfast.server;

import org.jspecify.annotations.NullMarked;
