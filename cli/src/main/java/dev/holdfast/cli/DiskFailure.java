package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read or written, for people. */
final class DiskFailure {
    private DiskFailure() {}

    /** Without the full stop. */
    static String sentence(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e -> "there is no " + e.getFile();
            case AccessDeniedException e -> "permission is denied for " + e.getFile();
            case FileAlreadyExistsException e -> e.getFile() + " exists already";
            case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
            default -> withoutStop(failure);
        };
    }

    private static String withoutStop(IOException failure) {
        String message = failure.getMessage();
        return message == null ? "the system gave no reason" : message.replaceFirst("\\.$", "");
    }
}
