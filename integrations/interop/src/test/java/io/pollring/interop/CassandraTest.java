/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The Cassandra driver asks a Simulacron. Both are compiled for Netty 4.1, and run on 4.2 here. */
@Timeout(120)
class CassandraTest {
    private static final String TRANSPORTS = "io.pollring.interop.Transport#tried";
    private static final int QUERIES = 10_000;
    private static final int ROUNDS = Scope.isWhole() ? 3 : 1;
    /** So many that each node that is asked gets some. */
    private static final int FEW = 300;

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void wordsOfAllLengthsComeBack(Transport transport) throws Exception {
        try (CassandraCluster cluster = new CassandraCluster(transport)) {
            for (int length : new int[] {1, 100, 10_000, 1_000_000, 2}) {
                String word = "x".repeat(length - 1) + length % 10;
                assertEquals(word, cluster.session().execute(EchoingStub.QUERY + word).one().getString(0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void tenThousandQueriesAtATimeGetEachItsAnswer(Transport transport) throws Exception {
        try (CassandraCluster cluster = new CassandraCluster(transport)) {
            CqlSession session = cluster.session();
            assertEchoes(QUERIES, i -> session.executeAsync(EchoingStub.QUERY + word(i)));
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void tenThousandPreparedQueriesAtATimeGetEachItsAnswer(Transport transport) throws Exception {
        try (CassandraCluster cluster = new CassandraCluster(transport)) {
            CqlSession session = cluster.session();
            PreparedStatement statement = session.prepare(EchoingStub.PREPARED);
            assertEchoes(QUERIES, i -> session.executeAsync(statement.bind(word(i))));
        }
    }

    /** What is asked meanwhile is answered by others; afterwards the node is asked again. */
    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aNodeThatIsStoppedAndStartedIsAskedAgain(Transport transport) throws Exception {
        try (CassandraCluster cluster = new CassandraCluster(transport)) {
            CqlSession session = cluster.session();
            for (int round = 0; round < ROUNDS; round++) {
                Node node = driversNode(cluster, round);
                awaitAsked(session, CassandraCluster.NODES);
                List<CompletionStage<AsyncResultSet>> meanwhile = new ArrayList<>();
                for (int i = 0; i < FEW; i++) {
                    meanwhile.add(session.executeAsync(EchoingStub.QUERY + word(i)));
                }
                cluster.node(round).stop();
                assertAnswers(meanwhile);
                Leftovers.awaitNone("stopped nodes that the driver does not know to be down",
                        () -> node.getState() == NodeState.DOWN ? 0 : 1);
                assertEquals(0, node.getOpenConnections());
                assertEquals(CassandraCluster.NODES - 1, asked(session).size());
                cluster.node(round).start();
                awaitAsked(session, CassandraCluster.NODES);
                assertEquals(NodeState.UP, node.getState());
            }
        }
    }

    private static Node driversNode(CassandraCluster cluster, int index) {
        return cluster.session().getMetadata().findNode(cluster.node(index).inetSocketAddress()).orElseThrow();
    }

    private static void awaitAsked(CqlSession session, int nodes) throws Exception {
        long end = System.nanoTime() + CassandraCluster.WAIT.toNanos();
        int asked = asked(session).size();
        while (asked < nodes && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
            asked = asked(session).size();
        }
        assertEquals(nodes, asked);
    }

    /** The nodes that answer now. */
    private static Set<Node> asked(CqlSession session) throws Exception {
        Set<Node> nodes = new HashSet<>();
        for (AsyncResultSet answer : assertEchoes(FEW, i -> session.executeAsync(EchoingStub.QUERY + word(i)))) {
            nodes.add(answer.getExecutionInfo().getCoordinator());
        }
        return nodes;
    }

    private static String word(int index) {
        return "word " + index;
    }

    /** All are under way before the first is looked at. */
    private static List<AsyncResultSet> assertEchoes(int count, IntFunction<CompletionStage<AsyncResultSet>> ask)
            throws Exception {
        List<CompletionStage<AsyncResultSet>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(ask.apply(i));
        }
        return assertAnswers(answers);
    }

    private static List<AsyncResultSet> assertAnswers(List<CompletionStage<AsyncResultSet>> answers) throws Exception {
        List<AsyncResultSet> arrived = new ArrayList<>();
        for (CompletionStage<AsyncResultSet> answer : answers) {
            AsyncResultSet result = answer.toCompletableFuture()
                    .get(CassandraCluster.WAIT.toSeconds(), TimeUnit.SECONDS);
            assertEquals(word(arrived.size()), result.one().getString(0));
            arrived.add(result);
        }
        return arrived;
    }
}
