package io.regmixd.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is being made of one domain: its training tokens, appended document by document; the documents that are
/// held out, by the hash of their text; the hashes of all.
///
/// Every [#state] is a point to go on from after a crash. What came later is cut off then.
final class DomainFiles implements Closeable {

    private static final int BUFFER = 1 << 16;

    private final Path folder;
    private final String name;
    private final int width;
    private final int endOfDocument;
    private final HoldOut holdOut;
    private final long maxTokens;
    private final TokenAppender train;
    private final FileChannel hashFile; // 16 bytes a document
    private final FileChannel heldOutFile; // hash, bytes of text, number of tokens, tokens, of each document held out
    private final ByteBuffer newHashes = ByteBuffer.allocate(BUFFER);
    private final TextHashes hashes = new TextHashes();
    private final Map<TextHash, HeldOut> heldOut = new TreeMap<>();
    private final List<HeldOut> newHeldOut = new ArrayList<>();
    private int duplicates;
    private int rejected;

    private static final class HeldOut {

        static final int HEAD = TextHash.BYTES + 2 * Integer.BYTES;

        final TextHash hash;
        final int[] tokens;
        final int textBytes;

        HeldOut(TextHash hash, int[] tokens, int textBytes) {
            this.hash = hash;
            this.tokens = tokens;
            this.textBytes = textBytes;
        }
    }

    /// How far a domain has come.
    ///
    /// @param holdOut fixed when the domain was first met
    /// @param heldOutBytes the length of the file of documents held out
    record State(TokenFile train, HoldOut holdOut, long hashes, long heldOutBytes, int duplicates, int rejected) {

        static State start(String domain, HoldOut holdOut) {
            return new State(new TokenFile(TokenFile.train(domain), 0, 0, 0, List.of()), holdOut, 0, 0, 0, 0);
        }
    }

    /// @param maxTokens how many tokens are trained on at most
    /// @throws IOException if the files hold less than the state says, or cannot be written
    DomainFiles(Path folder, String name, State state, long maxTokens, Tokenizer tokenizer) throws IOException {
        this.folder = folder;
        this.name = name;
        this.width = Tokens.width(tokenizer.vocabulary());
        this.endOfDocument = tokenizer.endOfDocument();
        this.holdOut = state.holdOut();
        this.maxTokens = maxTokens;
        this.duplicates = state.duplicates();
        this.rejected = state.rejected();
        this.train = new TokenAppender(folder, state.train(), width, endOfDocument);
        this.hashFile = open(".hashes", state.hashes() * TextHash.BYTES);
        this.heldOutFile = open(".held-out", state.heldOutBytes());
        readHashes();
        readHeldOut();
    }

    private Path path(String ending) {
        return folder.resolve(name + ending);
    }

    private FileChannel open(String ending, long length) throws IOException {
        FileChannel channel = FileChannel.open(
                path(ending), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.size() < length) {
            channel.close();
            throw new IOException(path(ending) + " is shorter than what was written to it");
        }
        return channel.truncate(length).position(length);
    }

    private void readHashes() throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(BUFFER);
        for (long at = 0; at < hashFile.size(); ) {
            piece.clear();
            at += hashFile.read(piece, at);
            piece.flip();
            at -= piece.remaining() % TextHash.BYTES;
            while (piece.remaining() >= TextHash.BYTES) {
                hashes.add(TextHash.read(piece));
            }
        }
    }

    private void readHeldOut() throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) heldOutFile.size());
        while (all.hasRemaining() && heldOutFile.read(all, all.position()) >= 0) {
            // until all of it is there
        }
        all.flip();
        while (all.hasRemaining()) {
            TextHash hash = TextHash.read(all);
            int textBytes = all.getInt();
            int[] tokens = new int[all.getInt()];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = all.getInt();
            }
            heldOut.put(hash, new HeldOut(hash, tokens, textBytes));
        }
    }

    void reject() {
        rejected++;
    }

    /// @return whether a document with this hash is wanted: it is kept, and the first with its text
    boolean wants(TextHash hash) throws IOException {
        if (!holdOut.keeps(hash)) {
            return false;
        }
        if (!hashes.add(hash)) {
            duplicates++;
            return false;
        }
        if (newHashes.remaining() < TextHash.BYTES) {
            write(hashFile, newHashes);
        }
        hash.write(newHashes);
        return true;
    }

    /// Takes a document that was wanted.
    void document(TextHash hash, int[] tokens, int textBytes) throws IOException {
        int length = tokens.length + 1;
        if (holdOut.holdsOut(hash, length)) {
            HeldOut document = new HeldOut(hash, tokens, textBytes);
            heldOut.put(hash, document);
            newHeldOut.add(document);
        } else if (!full()) {
            train.document(tokens, textBytes);
        }
    }

    /// Whether there is as much to train on as the manifest allows.
    boolean full() {
        return train.tokens() >= maxTokens;
    }

    /// A point to go on from: what was taken so far, once [#force] has brought it to the disk.
    State state() throws IOException {
        TokenFile written = train.written();
        write(hashFile, newHashes);
        for (HeldOut document : newHeldOut) {
            ByteBuffer bytes = ByteBuffer.allocate(HeldOut.HEAD + Integer.BYTES * document.tokens.length);
            document.hash.write(bytes);
            bytes.putInt(document.textBytes).putInt(document.tokens.length);
            bytes.asIntBuffer().put(document.tokens);
            write(heldOutFile, bytes.position(bytes.capacity()));
        }
        newHeldOut.clear();
        return new State(
                written, holdOut, hashFile.position() / TextHash.BYTES, heldOutFile.position(), duplicates, rejected);
    }

    /// Brings what was written to the disk.
    void force() throws IOException {
        train.force();
        hashFile.force(false);
        heldOutFile.force(false);
    }

    private static void write(FileChannel channel, ByteBuffer filled) throws IOException {
        filled.flip();
        while (filled.hasRemaining()) {
            int _ = channel.write(filled);
        }
        filled.clear();
    }

    /// Writes the validation tokens and describes both files. Documents come in the order of their hashes, so that
    /// the first tokens are an even sample of them too; those beyond `validationTokens` are left out.
    Index.Domain finish(Manifest.Domain domain, int validationTokens) throws IOException {
        State state = state();
        force();
        TokenFile validation;
        TokenFile empty = new TokenFile(TokenFile.validation(name), 0, 0, 0, List.of());
        try (TokenAppender file = new TokenAppender(folder, empty, width, endOfDocument)) {
            for (HeldOut document : heldOut.values()) {
                if (file.tokens() + document.tokens.length + 1 > validationTokens) {
                    break;
                }
                file.document(document.tokens, document.textBytes);
            }
            validation = file.written();
            file.force();
        }
        return new Index.Domain(
                name,
                domain.description(),
                domain.licence(),
                state.train(),
                validation,
                duplicates,
                rejected,
                full()
                        ? Math.max((double) train.tokens(), holdOut.tokens() - validationTokens)
                        : (double) train.tokens(),
                domain.naturalShare());
    }

    /// Deletes what only a preparation needs.
    static void deleteWorkingFiles(Path folder, String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name + ".hashes"));
        Files.deleteIfExists(folder.resolve(name + ".held-out"));
    }

    @Override
    public void close() throws IOException {
        train.close();
        hashFile.close();
        heldOutFile.close();
    }
}
