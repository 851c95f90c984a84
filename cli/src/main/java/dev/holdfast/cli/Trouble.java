package dev.holdfast.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What went wrong with a file or a connection, as part of a sentence: without the names of classes, which help nobody. */
final class Trouble {
    private Trouble() {}

    static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException existing -> existing.getFile() + " exists already";
            case NotDirectoryException file -> file.getFile() + " is not a directory";
            case DirectoryNotEmptyException full -> full.getFile() + " is not empty";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            case CharacterCodingException _ -> "it is not text";
            default -> failure.getMessage() == null ? "nothing more is known" : failure.getMessage();
        };
    }
}
