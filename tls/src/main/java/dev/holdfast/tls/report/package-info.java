/** Why a connection failed, and what to change. The value that every plane uses. */
@NullMarked
package dev.holdfast.tls.report;

import org.jspecify.annotations.NullMarked;
