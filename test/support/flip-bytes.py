"""Changes bytes of a file through a shared mapping, back and forth, until it is ended: FILE ONE OTHER (of one length)."""
import mmap
import sys

path, one, other = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapping:
    at = mapping.find(one)
    # A page that is dirty already takes further stores without a trace in the times of the file.
    mapping[at : at + len(one)] = other
    mapping[at : at + len(one)] = one
    print("flips", flush=True)
    while True:
        mapping[at : at + len(one)] = other
        for _ in range(2000):
            pass
        mapping[at : at + len(one)] = one
        for _ in range(2000):
            pass
