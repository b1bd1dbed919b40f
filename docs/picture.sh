#!/bin/sh
# Draws docs/key.png again: the page of the key of nyu-2020 with the table of gradients.
# Needs pdftoppm and pdftotext (poppler).
set -eu
docs=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gradsheet build nyu-2020 --only key --out "$folder"
page=1
until pdftotext -f $page -l $page "$folder/key.pdf" - | grep -q "The steps, from the loss backwards"; do
    page=$((page + 1))
done
pdftoppm -f $page -l $page -singlefile -scale-to-x 1100 -scale-to-y -1 -png "$folder/key.pdf" "$docs/key"
