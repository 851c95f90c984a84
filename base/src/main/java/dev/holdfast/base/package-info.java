/**
 * Values that every module shares: checked ids, {@link dev.holdfast.base.Limits}, current settings and the disk as a parameter.
 * Nothing here knows a protocol.
 */
@NullMarked
package dev.holdfast.base;

import org.jspecify.annotations.NullMarked;
