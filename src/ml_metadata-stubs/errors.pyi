from lineal.errors import *
