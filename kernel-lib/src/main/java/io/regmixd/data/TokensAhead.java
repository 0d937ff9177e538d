package io.regmixd.data;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The tokens of documents that a [Look] has made, kept until the documents are read. For any number of threads.
final class TokensAhead {

    /// In bytes; what is beyond is made again.
    private static final long MOST = 1 << 28;

    private final Tokenizer tokenizer;
    private final int width;
    private final Map<TextHash, byte[]> kept = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    TokensAhead(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.width = Tokens.width(tokenizer.vocabulary());
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Makes a document's tokens, and keeps them unless a token is a byte, which costs no more than a copy.
    int[] make(Tokenization.Document document) {
        int[] tokens = tokenizer.encode(document.text());
        long size = (long) tokens.length * width;
        if (width > Byte.BYTES && bytes.get() + size <= MOST) {
            keep(document.hash(), tokens, (int) size);
        }
        return tokens;
    }

    private void keep(TextHash hash, int[] tokens, int size) {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (int token : tokens) {
            if (width == Short.BYTES) {
                buffer.putShort((short) token);
            } else {
                buffer.putInt(token);
            }
        }
        if (kept.put(hash, buffer.array()) == null) {
            bytes.addAndGet(size);
        }
    }

    /// A document's tokens: those that are kept, once, else made now.
    int[] take(Tokenization.Document document) {
        byte[] known = kept.remove(document.hash());
        if (known == null) {
            return tokenizer.encode(document.text());
        }
        bytes.addAndGet(-known.length);
        int[] tokens = new int[known.length / width];
        new Tokens(MemorySegment.ofArray(known), width).copy(0, tokens.length, tokens, 0);
        return tokens;
    }
}
