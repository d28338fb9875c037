"""How a recovery ends that must not go on."""


class Refused(Exception):
    """Nothing was changed, or what was made so far is set aside. The arguments: what, why, what to do."""

    def __init__(self, what, why, todo):
        super().__init__(what, why, todo)
        self.what, self.why, self.todo = what, why, todo

    def text(self, who):
        return f"{who}: {self.what}.\n  Why: {self.why}.\n  What to do: {self.todo}."
