"""Lets papermill set the parameters of notebooks in Java: papermill notebook.ipynb out.ipynb -p PROXIES 64 -k java

papermill 2.6.0 has no translator for Java. It loads engines that other packages name by entry point: this package names
one, and registers the translator as it is loaded.
"""

from java_parameters import ParameterError, assignment, declaration, declared
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class JavaTranslator(Translator):
    """Parameters that the notebook declares keep their declared type; others get the type of their value."""

    # papermill inspects the parameters cell and then, without it, asks for the code that sets the values
    declared = {}

    @classmethod
    def inspect(cls, parameters_cell):
        cls.declared = declared(parameters_cell["source"])
        return [Parameter(name, each.type, each.default, each.remark) for name, each in cls.declared.items()]

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        known, cls.declared = cls.declared, {}
        try:
            lines = [
                assignment(name, known[name].type, value) if name in known else declaration(name, value)
                for name, value in parameters.items()
            ]
        except ParameterError as error:
            raise PapermillException(str(error)) from None
        return "\n".join([cls.comment(comment), *lines, ""])

    @classmethod
    def comment(cls, text):
        return f"// {text}".rstrip()


class JavaEngine(NBClientEngine):
    """papermill's own engine. It has a name of its own only because engines are what papermill loads."""


for language in ("java", "Java"):  # kernel and kernelspec say java, IJava's language_info says Java
    papermill_translators.register(language, JavaTranslator)
