/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.datastax.oss.protocol.internal.Frame;
import com.datastax.oss.protocol.internal.Message;
import com.datastax.oss.protocol.internal.ProtocolConstants;
import com.datastax.oss.protocol.internal.request.Execute;
import com.datastax.oss.protocol.internal.request.Prepare;
import com.datastax.oss.protocol.internal.request.Query;
import com.datastax.oss.protocol.internal.response.result.DefaultRows;
import com.datastax.oss.protocol.internal.response.result.Prepared;
import com.datastax.oss.protocol.internal.response.result.RowsMetadata;
import com.datastax.oss.simulacron.common.cluster.AbstractNode;
import com.datastax.oss.simulacron.common.codec.CodecUtils;
import com.datastax.oss.simulacron.common.stubbing.Action;
import com.datastax.oss.simulacron.common.stubbing.MessageResponseAction;
import com.datastax.oss.simulacron.common.stubbing.StubMapping;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Has a Simulacron answer each query, and each prepared one, with what was asked. */
final class EchoingStub extends StubMapping {
    /** With the word as a literal, or as the one variable. */
    static final String QUERY = "ECHO ";
    static final String PREPARED = QUERY + "?";

    private static final byte[] ID = {1, 2, 3, 4};

    @Override
    public boolean matches(Frame frame) {
        return frame.message instanceof Execute
                || frame.message instanceof Prepare && ((Prepare) frame.message).cqlQuery.equals(PREPARED)
                || frame.message instanceof Query && ((Query) frame.message).query.startsWith(QUERY);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public List<Action> getActions(AbstractNode node, Frame frame) {
        return List.of(new MessageResponseAction(answer(frame.message)));
    }

    private static Message answer(Message request) {
        if (request instanceof Prepare) {
            return new Prepared(ID, ID, column(new int[0]), column(null));
        }
        ByteBuffer word = request instanceof Execute ? ((Execute) request).options.positionalValues.get(0)
                : ByteBuffer.wrap(((Query) request).query.substring(QUERY.length()).getBytes(StandardCharsets.UTF_8));
        return new DefaultRows(column(null), CodecUtils.singletonRow(word));
    }

    private static RowsMetadata column(int[] keys) {
        return new RowsMetadata(CodecUtils.columnSpecs(CodecUtils.columnSpecBuilder().apply("word",
                CodecUtils.primitive(ProtocolConstants.DataType.VARCHAR))), null, keys, null);
    }
}
