/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * load LIBRARY: loads a JNI library as a JVM does, with all its symbols bound at once, and calls its JNI_OnLoad with a
 * JVM that consists of the three functions that one needs. Prints how many native methods were registered.
 */
#include <dlfcn.h>
#include <jni.h>
#include <stdio.h>

static int registered;

static jclass JNICALL find_class(JNIEnv *env, const char *name) {
    (void) env;
    printf("class %s\n", name);
    return (jclass) &registered;
}

static jint JNICALL register_natives(JNIEnv *env, jclass type, const JNINativeMethod *methods, jint count) {
    (void) env;
    (void) type;
    for (jint i = 0; i < count; i++) {
        registered += methods[i].fnPtr != NULL;
    }
    return 0;
}

static void JNICALL delete_local_ref(JNIEnv *env, jobject reference) {
    (void) env;
    (void) reference;
}

static const struct JNINativeInterface_ ENV = {
    .FindClass = find_class,
    .RegisterNatives = register_natives,
    .DeleteLocalRef = delete_local_ref,
};
static JNIEnv env = &ENV;

static jint JNICALL get_env(JavaVM *vm, void **result, jint version) {
    (void) vm;
    (void) version;
    *result = &env;
    return JNI_OK;
}

static const struct JNIInvokeInterface_ VM = { .GetEnv = get_env };
static JavaVM vm = &VM;

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: load LIBRARY\n");
        return 2;
    }
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    jint (JNICALL *on_load)(JavaVM *, void *);
    *(void **) &on_load = dlsym(library, "JNI_OnLoad");
    if (on_load == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    jint version = on_load(&vm, NULL);
    printf("version %x, %d methods\n", (unsigned) version, registered);
    return version == JNI_VERSION_1_8 && registered > 0 ? 0 : 1;
}
