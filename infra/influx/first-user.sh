#!/bin/sh
# First start of InfluxDB 1.x with authentication: the user that Penfeld writes with, from the secret `user:password`.
set -eu
token=$(cat /run/secrets/influx-token)
user=${token%%:*}
password=${token#*:}
influx -execute "CREATE USER \"$user\" WITH PASSWORD '$password' WITH ALL PRIVILEGES"
