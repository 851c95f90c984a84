package dev.holdfast.hub.identity;

import org.jspecify.annotations.Nullable;

/** One change of the modules of a device. */
public sealed interface ModuleRequest {
    ModuleName name();

    /**
     * Refused when there is such a module, and when there is no such device.
     *
     * @param companion what is stored with it; null for nothing
     */
    record Create(ModuleSpec wanted, @Nullable Companion companion) implements ModuleRequest {
        public Create(ModuleSpec wanted) {
            this(wanted, null);
        }

        @Override
        public ModuleName name() {
            return wanted.name();
        }
    }

    /** Everything that {@link ModuleSpec} says is replaced; the module stays the same one. */
    record Replace(ModuleSpec wanted, Precondition precondition) implements ModuleRequest {
        @Override
        public ModuleName name() {
            return wanted.name();
        }
    }

    /** Refused when the module has no keys. What a replaced key opened ends. */
    record RenewKeys(ModuleName name, KeyRenewal which) implements ModuleRequest {}

    record Delete(ModuleName name, Precondition precondition) implements ModuleRequest {}
}
