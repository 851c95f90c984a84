package dev.holdfast.pki.token;

import dev.holdfast.pki.TokenException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * In which slot of a PKCS#11 library a token is. The runtime's provider wants a slot's number, which many tokens change, and can't
 * look for a label; so this asks the library itself, with the four functions that it takes (PKCS#11 2.40, 5.4 and 5.5).
 */
@SuppressWarnings("restricted") // the launcher allows native access
final class TokenSlots {
    private static final int OK = 0;
    private static final int ALREADY_INITIALIZED = 0x191;
    private static final long OS_LOCKING_OK = 2;
    private static final int SLOTS_MAX = 256;
    private static final int LABEL_BYTES = 32;
    /** In CK_TOKEN_INFO, behind label, manufacturer, model and serial number. */
    private static final int FLAGS_AT = LABEL_BYTES + 32 + 16 + 16;

    /** More than CK_TOKEN_INFO has. */
    private static final int TOKEN_INFO_MAX_BYTES = 1024;
    /** CK_C_INITIALIZE_ARGS: four functions, the flags, a reserved pointer. */
    private static final int INITIALIZE_BYTES = 48;

    private static final int INITIALIZE_FLAGS_AT = 32;

    /** The places in CK_FUNCTION_LIST, which begins with a version that fills one place. */
    private static final int C_INITIALIZE = 1;

    private static final int C_GET_SLOT_LIST = 5;
    private static final int C_GET_TOKEN_INFO = 7;
    private static final int FUNCTIONS = 8;

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfLong ULONG = ValueLayout.JAVA_LONG;

    private final Path library;
    private final MemorySegment functions;

    private TokenSlots(Path library, MemorySegment functions) {
        this.library = library;
        this.functions = functions;
    }

    /** The library stays loaded as long as this process lives. */
    static TokenSlots load(Path library) throws TokenException {
        try {
            MemorySegment list = SymbolLookup.libraryLookup(library, Arena.global())
                    .find("C_GetFunctionList")
                    .orElseThrow(() -> new IllegalArgumentException("it has no C_GetFunctionList"));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(POINTER);
                long answer = call(list, FunctionDescriptor.of(ULONG, POINTER), out);
                require(answer == OK, library, "C_GetFunctionList", answer);
                MemorySegment functions = out.get(POINTER, 0).reinterpret((long) FUNCTIONS * POINTER.byteSize());
                TokenSlots slots = new TokenSlots(library, functions);
                slots.initialize(arena);
                return slots;
            }
        } catch (IllegalArgumentException e) {
            throw new TokenException(
                    "the PKCS#11 library " + library + " can't be loaded; correct the setting pkcs11.library", e);
        }
    }

    private void initialize(Arena arena) throws TokenException {
        MemorySegment arguments = arena.allocate(INITIALIZE_BYTES, POINTER.byteAlignment());
        arguments.set(ULONG, INITIALIZE_FLAGS_AT, OS_LOCKING_OK);
        long answer = call(function(C_INITIALIZE), FunctionDescriptor.of(ULONG, POINTER), arguments);
        require(answer == OK || answer == ALREADY_INITIALIZED, library, "C_Initialize", answer);
    }

    /**
     * A slot with a token in it.
     *
     * @param flags of CK_TOKEN_INFO (PKCS#11 2.40, 3.2)
     */
    record Found(long slot, long flags) {
        private static final long USER_PIN_FINAL_TRY = 0x20000;
        private static final long USER_PIN_LOCKED = 0x40000;

        boolean isLocked() {
            return (flags & USER_PIN_LOCKED) != 0;
        }

        boolean locksAtNextWrongPin() {
            return (flags & USER_PIN_FINAL_TRY) != 0;
        }
    }

    /** The slots in which a token with this label is. */
    List<Found> with(String label) throws TokenException {
        List<Found> found = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (long slot : all(arena)) {
                MemorySegment info = arena.allocate(TOKEN_INFO_MAX_BYTES, POINTER.byteAlignment());
                long answer =
                        call(function(C_GET_TOKEN_INFO), FunctionDescriptor.of(ULONG, ULONG, POINTER), slot, info);
                // A token that was taken out in between, or has no label yet, is not the one.
                if (answer == OK && label(info).equals(label)) {
                    found.add(new Found(slot, info.get(ULONG, FLAGS_AT)));
                }
            }
        }
        return found;
    }

    private long[] all(Arena arena) throws TokenException {
        FunctionDescriptor type = FunctionDescriptor.of(ULONG, ValueLayout.JAVA_BYTE, POINTER, POINTER);
        MemorySegment slots = arena.allocate(MemoryLayout.sequenceLayout(SLOTS_MAX, ULONG));
        MemorySegment count = arena.allocate(ULONG);
        count.set(ULONG, 0, SLOTS_MAX);
        long answer = call(function(C_GET_SLOT_LIST), type, (byte) 1, slots, count);
        require(answer == OK, library, "C_GetSlotList", answer);
        return slots.asSlice(0, Math.min(SLOTS_MAX, count.get(ULONG, 0)) * ULONG.byteSize())
                .toArray(ULONG);
    }

    private static String label(MemorySegment tokenInfo) {
        // Padded with blanks to its length.
        return new String(tokenInfo.asSlice(0, LABEL_BYTES).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)
                .stripTrailing();
    }

    private MemorySegment function(int place) {
        return functions.getAtIndex(POINTER, place);
    }

    private static void require(boolean good, Path library, String function, long answer) throws TokenException {
        if (!good) {
            throw new TokenException("the PKCS#11 library " + library + " does not work: " + function + " answered 0x"
                    + Long.toHexString(answer));
        }
    }

    private static long call(MemorySegment function, FunctionDescriptor type, Object... arguments) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(function, type);
        try {
            return (long) handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into a PKCS#11 library failed", e);
        }
    }
}
