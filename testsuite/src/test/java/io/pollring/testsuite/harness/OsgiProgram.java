/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.apache.felix.framework.Felix;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An OSGi framework: {@code OsgiProgram CACHE CLASS BUNDLE...} installs the bundles, starts those that are no
 * fragments, and calls {@code main} of a class of the last.
 */
public final class OsgiProgram {

    private OsgiProgram() { }

    public static void main(String[] args) throws Exception {
        Map<String, Object> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, args[0]);
        // Nothing of this JVM's class path may be found from a bundle.
        settings.put("felix.bootdelegation.implicit", "false");
        // Netty's epoll library looks for a class of this package, and does not load without.
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "sun.nio.ch");
        Framework framework = new Felix(settings);
        framework.start();
        try {
            List<Bundle> bundles = new ArrayList<>();
            for (int i = 2; i < args.length; i++) {
                bundles.add(framework.getBundleContext().installBundle(Paths.get(args[i]).toUri().toString()));
            }
            for (Bundle bundle : bundles) {
                if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                    bundle.start();
                }
                System.out.println("bundle=" + bundle.getSymbolicName() + ' ' + bundle.getState());
            }
            bundles.get(bundles.size() - 1).loadClass(args[1]).getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        } finally {
            framework.stop();
            framework.waitForStop(TimeUnit.SECONDS.toMillis(10));
        }
    }
}
