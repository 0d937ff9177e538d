# CPU:   docker build -t regmix-d .
# GPUs:  docker build -t regmix-d:cuda --build-arg BASE=pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime .
# docs/image.md says how to run it; tools/image/build.sh builds it where there is no Docker engine.

ARG BASE=debian:bookworm-slim

FROM eclipse-temurin:25-jdk AS jdk

# What the library needs, fetched by the poms alone: kept for as long as they stay as they are.
FROM debian:bookworm-slim AS dependencies
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates maven python3 python3-nbclient python3-nbconvert fontconfig fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
COPY --from=jdk /opt/java/openjdk /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk MAVEN_OPTS=-Dmaven.repo.local=/opt/regmix-d/.setup/maven
WORKDIR /opt/regmix-d
COPY .mvn .mvn
COPY pom.xml ./
COPY kernel-lib/pom.xml kernel-lib/
COPY benchmarks/pom.xml benchmarks/
RUN mvn -B -q -DskipTests -pl kernel-lib package

# The library and the demo's corpus, so that a container fetches nothing.
FROM dependencies AS library
COPY . .
RUN ./run-notebook --set-up && ./run-notebook tools/image/corpus.ipynb --out /tmp/corpus
# Of all that Maven fetched, the jars on the class path stay. Whoever runs the container may write what a start writes.
RUN mkdir /kept \
    && tr ':' '\n' < .setup/classpath | tar --create --absolute-names --files-from - | tar --extract --directory /kept \
        --absolute-names --transform 's#^/##' \
    && rm -rf .setup/maven kernel-lib/target \
    && chmod -R a+rwX /kept/opt .setup data notebooks examples
# A Java runtime with the compiler that the kernel needs, and without the tools.
RUN "$JAVA_HOME/bin/jlink" --output /opt/java/runtime --no-header-files --no-man-pages --compress zip-6 --add-modules \
    java.se,jdk.charsets,jdk.compiler,jdk.crypto.ec,jdk.jshell,jdk.localedata,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

FROM ${BASE} AS runtime
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        tini fontconfig fonts-dejavu-core python3 python3-nbclient python3-nbconvert python3-notebook \
        python3-pip python3-click python3-entrypoints python3-requests python3-tenacity python3-tqdm python3-yaml \
    && rm -rf /var/lib/apt/lists/*
# papermill itself is no package of Debian; what it needs is installed above
ARG PAPERMILL=papermill==2.6.0
RUN if [ -n "$PAPERMILL" ]; then \
        PIP_BREAK_SYSTEM_PACKAGES=1 /usr/bin/python3 -m pip install --no-cache-dir --no-deps "$PAPERMILL"; \
    fi

# Number 1000, the usual first user of a Linux machine, so that its folders can be mounted; a base may have a user of it.
RUN (userdel --remove ubuntu || true) && useradd --create-home --uid 1000 researcher \
    && mkdir --mode 777 /runs && chown researcher /runs
WORKDIR /opt/regmix-d
COPY --from=library /opt/java/runtime /opt/java/openjdk
COPY --from=library --chown=researcher /kept /
COPY --from=library --chown=researcher /opt/regmix-d .
ENV JAVA_HOME=/opt/java/openjdk \
    PATH=/opt/regmix-d:$PATH \
    PYTHONPATH=/opt/regmix-d/tools/papermill_java \
    JUPYTER_PATH=/opt/regmix-d/.setup/jupyter \
    REGMIXD_RUNS=/runs
USER researcher
# PyTorch's libraries are unpacked now. A base with a PyTorch of its own keeps that one alone: beside it, the CPU's would be
# taken in silence where a GPU cannot be used.
RUN umask 0; \
    if python3 -c 'import torch' 2> /dev/null; then \
        sed -i 's#[^:]*/pytorch-native-cpu-[^:]*:##' .setup/classpath && rm -r .setup/maven/ai/djl/pytorch/pytorch-native-cpu \
        && ./run-notebook --set-up; \
    else \
        ./run-notebook tools/image/engine.ipynb --out /tmp/engine && rm -r /tmp/engine; \
    fi

VOLUME /runs
EXPOSE 8888
HEALTHCHECK --start-period=60s CMD ["/usr/bin/python3", "tools/image/health.py"]
ENTRYPOINT ["tini", "--", "tools/image/enter.sh"]
CMD ["jupyter"]
