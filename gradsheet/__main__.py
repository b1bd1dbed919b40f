"""The command as a module: ``python -m gradsheet`` is ``gradsheet``."""

from answers.command import main

if __name__ == "__main__":
    main()
