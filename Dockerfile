# docker build -t regmix-d .
# docker run --rm -v "$PWD/runs:/home/researcher/regmix-d/runs" regmix-d notebooks/regmix-d.ipynb
#
# CPU. All that is fetched is fetched while the image is built, the demo's corpus excepted.
FROM maven:3.9-eclipse-temurin-25

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        python3 python3-nbclient python3-nbconvert fontconfig fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# Number 1000, so that a run folder of the usual first user of a Linux machine can be mounted; the base has a user of it.
RUN (userdel --remove ubuntu || true) && useradd --create-home --uid 1000 researcher
USER researcher
WORKDIR /home/researcher/regmix-d
COPY --chown=researcher . .
RUN mkdir -p runs && ./run-notebook --set-up

ENTRYPOINT ["./run-notebook"]
CMD ["--help"]
