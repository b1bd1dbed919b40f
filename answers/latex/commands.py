"""What the mathematics that a user writes may be made of: the commands and environments that a sheet knows.

They are listed because a sheet's TeX knows no others that belong in mathematics: its kernel, amsmath, bm, xcolor and
``symbols.tex.j2``. What is not listed either is unknown to TeX or does something else than print.
"""

from __future__ import annotations

from collections.abc import Mapping

_LETTERS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma
varsigma tau upsilon phi varphi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon varPhi varPsi varOmega
aleph ell hbar imath jmath wp Re Im partial nabla infty emptyset varnothing forall exists neg lnot prime surd angle top
bot flat natural sharp clubsuit diamondsuit heartsuit spadesuit triangle backslash
"""

_OPERATORS = """
pm mp times div ast star circ bullet cdot cdotp ldotp cap cup uplus sqcap sqcup vee lor wedge land setminus wr diamond
bigtriangleup bigtriangledown varbigtriangleup varbigtriangledown triangleleft triangleright oplus ominus otimes oslash
odot bigcirc dagger ddagger amalg And
sum prod coprod int oint smallint intop ointop iint iiint iiiint idotsint bigcap bigcup bigsqcup bigvee bigwedge
bigodot bigotimes bigoplus biguplus
"""

_RELATIONS = """
le leq leqslant ge geq geqslant ne neq ll gg equiv sim simeq approx cong doteq propto asymp models perp mid parallel
prec preceq succ succeq in ni owns notin subset subseteq supset supseteq sqsubseteq sqsupseteq vdash dashv smile frown
bowtie not triangleq joinrel mathrel buildrel relbar Relbar lhook rhook mapstochar implies impliedby iff
"""

_ARROWS = """
to gets leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow longleftarrow longrightarrow
longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow mapsto longmapsto hookleftarrow hookrightarrow
leftharpoonup leftharpoondown rightharpoonup rightharpoondown rightleftharpoons uparrow downarrow updownarrow Uparrow
Downarrow Updownarrow nearrow searrow swarrow nwarrow leadsto xleftarrow xrightarrow
"""

_FUNCTIONS = """
arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim ker lg lim liminf limsup ln log max
min Pr projlim sec sin sinh sup tan tanh varinjlim varliminf varlimsup varprojlim bmod mod pmod pod operatorname
operatornamewithlimits limits nolimits displaylimits
"""

_DELIMITERS = """
left middle right big Big bigg Bigg bigl Bigl biggl Biggl bigm Bigm biggm Biggm bigr Bigr biggr Biggr
lbrace rbrace lbrack rbrack langle rangle lfloor rfloor lceil rceil lgroup rgroup lmoustache rmoustache vert Vert
lvert rvert lVert rVert arrowvert Arrowvert bracevert
"""

_ACCENTS = """
hat widehat check tilde widetilde acute grave dot ddot dddot ddddot breve bar vec mathring Hat Check Tilde Acute Grave
Dot Ddot Breve Bar Vec overline underline overbrace underbrace overrightarrow overleftarrow overleftrightarrow
underrightarrow underleftarrow underleftrightarrow overset underset overunderset stackrel sideset
"""

_STRUCTURE = """
frac dfrac tfrac cfrac genfrac binom dbinom tbinom over above atop choose brace brack overwithdelims atopwithdelims
abovewithdelims sqrt root of skew bordermatrix underbar lefteqn shortstack leftroot uproot substack boxed fbox
framebox smash phantom hphantom vphantom mathstrut strut mathord mathop mathbin mathopen mathclose mathpunct mathinner
mathchoice nonscript displaystyle textstyle scriptstyle scriptscriptstyle dots dotsc dotsb dotsm dotsi dotso ldots
cdots vdots ddots colon begin end
"""

_ROWS = """
cr newline intertext shoveleft shoveright hline cline vline multicolumn multirow noalign hdotsfor tag notag nonumber
label ref eqref pageref thetag displaybreak allowdisplaybreaks nobreak allowbreak linebreak nolinebreak raisetag
arraybackslash centering raggedright raggedleft
"""

_FONTS = """
mathrm mathnormal mathbf mathit mathsf mathtt mathcal mathbb mathbbm mathds bm boldsymbol pmb hm rm bf it sl sf sc tt
cal mit boldmath unboldmath bfseries mdseries itshape upshape slshape scshape rmfamily sffamily ttfamily normalfont em
text textrm textbf textit textsl textsf textsc texttt textmd textup textnormal emph mbox hbox hspace mspace ensuremath
tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge color textcolor colorbox
"""

_SPACE = """
quad qquad enspace enskip thinspace medspace thickspace negthinspace negmedspace negthickspace kern mkern hskip mskip
hfil hfill hss vskip smallskip medskip vspace null relax protect llap rlap raise lower vcenter raisebox rule parbox
makebox nobreakspace nobreakdash space penalty leavevmode fill extracolsep linewidth textwidth
"""

_WORDS = """
textbackslash textasciicircum textasciitilde textless textgreater textbar textquotedbl textquotesingle textasciigrave
textunderscore textdollar textbraceleft textbraceright textbullet textperiodcentered textellipsis textendash
textemdash textquoteleft textquoteright textquotedblleft textquotedblright quotedblbase quotesinglbase guillemotleft
guillemotright guilsinglleft guilsinglright textexclamdown textquestiondown textregistered texttrademark textcopyright
textdegree texteuro textsterling textsuperscript textsubscript textordfeminine textordmasculine textonehalf
textonequarter textthreequarters texttimes textdiv textpm textmu textcelsius textsection textparagraph textdagger
textdaggerdbl textvisiblespace textcircled AmS mathdollar mathellipsis mathparagraph mathsection mathsterling
mathunderscore ae AE oe OE o O l L ss SS aa AA i j dh DH dj DJ th TH ng NG u v H c d b r t k S P dag ddag copyright
pounds lq rq slash
"""

COMMANDS: frozenset[str] = frozenset(
    name
    for names in (
        _LETTERS,
        _OPERATORS,
        _RELATIONS,
        _ARROWS,
        _FUNCTIONS,
        _DELIMITERS,
        _ACCENTS,
        _STRUCTURE,
        _ROWS,
        _FONTS,
        _SPACE,
        _WORDS,
    )
    for name in names.split()
)
"""The commands of letters that mathematics and the words in it are made of, without their backslash."""

SIGNS = frozenset("\\ \n,:;!>{}|_%&#$-/*()'`^\"~=.")
"""The commands that are a backslash and one sign. ``\\=`` and its like are accents in words."""

DISPLAYS = frozenset(
    """equation equation* align align* alignat alignat* flalign flalign* gather gather* multline multline* eqnarray
    eqnarray*""".split()
)
"""The environments that are a formula on lines of its own."""

ENVIRONMENTS = frozenset(
    """array matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases aligned alignedat gathered split subarray
    tabular""".split()
)
"""The environments that stand inside a formula."""

REFERENCES = frozenset({"label", "ref", "eqref", "pageref"})
"""The commands whose argument is a name in plain letters, which LaTeX writes into a file and reads again."""

SEVERAL = frozenset(
    """phantom hphantom vphantom smash mathchoice text textrm textbf textit textsl textsf textsc texttt textmd textup
    textnormal emph overrightarrow overleftarrow overleftrightarrow underrightarrow underleftarrow underleftrightarrow
    xleftarrow xrightarrow overset underset overunderset stackrel sideset pmb boldsymbol of""".split()
)
"""The commands that set what they are given several times, in every size or once to measure it."""

BOLD = frozenset({"bm", "hm", "boldsymbol"})
"""The commands that look into what they make bold."""

_DEFINES = "it defines something; write in full what it would stand for, or give it a name in macros"
_SETS = "it changes a setting of the sheet"
_READS = "it reads or writes files"
_RUNS = "it steers TeX itself"

REASONS: Mapping[str, str] = {
    **dict.fromkeys(
        """def edef gdef xdef let futurelet newcommand renewcommand providecommand DeclareRobustCommand newenvironment
        renewenvironment DeclareMathSymbol DeclareMathAlphabet mathchardef chardef newcount newdimen newskip newbox
        newif newread newwrite newtoks newlength newcounter newsavebox global long outer protected""".split(),
        _DEFINES,
    ),
    **dict.fromkeys(
        """setlength addtolength setcounter addtocounter stepcounter refstepcounter catcode lccode uccode mathcode
        delcode sfcode advance multiply divide count dimen skip muskip toks everymath everydisplay everypar hsize vsize
        fontsize selectfont fontfamily fontencoding fontseries fontshape font usefont definecolor colorlet pagecolor
        thispagestyle pagestyle setlist usepackage RequirePackage makeatletter makeatother endlinechar escapechar
        newlinechar""".split(),
        _SETS,
    ),
    **dict.fromkeys(
        """input include includeonly openin openout read readline write immediate closein closeout InputIfFileExists
        IfFileExists includegraphics verbatiminput lstinputlisting pdffiledump pdffilesize pdffilemoddate
        pdfmdfivesum pdfximage pdfrefximage pdfobj pdfrefobj pdfmapfile pdfmapline typein typeout endinput special
        pdfliteral pdfannot pdfcatalog pdfinfo pdfoutline href url hyperref nolinkurl message errmessage
        includepdf XeTeXpicfile XeTeXpdffile write18 ShellEscape""".split(),
        _READS,
    ),
    **dict.fromkeys(
        """csname endcsname expandafter noexpand loop repeat if ifx ifnum ifdim ifcat ifmmode ifodd ifcase else or fi
        iftrue iffalse ifdefined ifcsname scantokens detokenize unexpanded string meaning number romannumeral
        afterassignment aftergroup begingroup endgroup bgroup egroup par end@ dump directlua halign valign vbox vtop
        vsplit insert output shipout char accent mathchar mathaccent radical delimiter uppercase lowercase csstring
        the jobname everyeof verb obeylines ignorespaces tikz draw node""".split(),
        _RUNS,
    ),
    "eqno": r"it is plain TeX; write \tag{...}",
    "leqno": r"it is plain TeX; write \tag{...}",
    "DeclareMathOperator": r"it defines something; write \operatorname{...}",
    "arraystretch": f"{_SETS}; leave more room in one row by \\\\[3pt]",
    "mathscr": r"no script letters are loaded; write \mathcal{...}",
    "mathfrak": r"no Fraktur letters are loaded; write \mathcal{...} or \bm{...}",
    "coloneqq": r"it comes of a package that is not loaded; write :=",
    "dd": r"it comes of a package that is not loaded; write \mathrm{d}",
    "norm": r"it comes of a package that is not loaded; write \lVert ... \rVert, or define it in macros",
    "abs": r"it comes of a package that is not loaded; write \lvert ... \rvert, or define it in macros",
    "argmax": r"it comes of a package that is not loaded; write \operatorname*{arg\,max}",
    "argmin": r"it comes of a package that is not loaded; write \operatorname*{arg\,min}",
    "sech": r"it comes of a package that is not loaded; write \operatorname{sech}",
    "R": r"this homework does not define it; write \mathbb{R}, or macros: {R: \mathbb{R}}",
    "E": r"this homework does not define it; write \mathbb{E}, or macros: {E: \mathbb{E}}",
}
"""Why a command that people may try has no place in a formula, and what to write in its place."""
