@echo off
rem Starts Understudy on Windows; builds it on first use. Needs JDK 25 (UNDERSTUDY_JAVA_HOME,
rem JAVA_HOME or the java on the path) and, for the build, Maven.
setlocal
set "here=%~dp0"
set "app=%here%target\app"

set "jdk="
call :try "%UNDERSTUDY_JAVA_HOME%"
call :try "%JAVA_HOME%"
for /d %%d in ("%ProgramFiles%\Eclipse Adoptium\jdk-25*" "%ProgramFiles%\Java\jdk-25*") do (
  call :try "%%~d"
)
for /f "delims=" %%j in ('where java 2^>nul') do call :try "%%~dpj.."
if defined jdk goto found
echo error: no JDK 25 found 1>&2
echo   fix: winget install EclipseAdoptium.Temurin.25.JDK   ^(or set UNDERSTUDY_JAVA_HOME to one^) 1>&2
exit /b 2

:try
if defined jdk exit /b 0
if "%~1"=="" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
for /f "tokens=2 delims==" %%v in ('findstr /b JAVA_VERSION= "%~1\release" 2^>nul') do (
  for /f "tokens=1 delims=." %%m in ("%%~v") do if %%m geq 25 set "jdk=%~1"
)
exit /b 0

:found
if "%~1"=="--find-jdk" (
  echo %jdk%
  exit /b 0
)
if exist "%app%\understudy.jar" goto start
where mvn >nul 2>nul
if errorlevel 1 (
  echo error: Maven is needed to build Understudy 1>&2
  echo   fix: install it and put its bin folder on the path 1>&2
  exit /b 2
)
echo Building Understudy ^(about a minute; it also fetches libraries^) ... 1>&2
if not exist "%here%target" mkdir "%here%target"
pushd "%here%"
set "JAVA_HOME=%jdk%"
call mvn -B -q -ntp -DskipTests package > target\build.log 2>&1
if errorlevel 1 (
  popd
  echo error: the build failed 1>&2
  echo   fix: see %here%target\build.log 1>&2
  exit /b 2
)
popd

:start
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
if not defined OPENBLAS_THREAD_TIMEOUT set "OPENBLAS_THREAD_TIMEOUT=14"
if not defined UNDERSTUDY_HOME set "UNDERSTUDY_HOME=%USERPROFILE%\.understudy"
if not exist "%UNDERSTUDY_HOME%\logs" mkdir "%UNDERSTUDY_HOME%\logs"
"%jdk%\bin\java.exe" -Xms48m -Xmx2g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --add-exports=java.base/jdk.internal.module=ALL-UNNAMED -XX:+UnlockExperimentalVMOptions -XX:+EnableVectorSupport -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,understudy.tensor.RowMath::* -XX:CompileCommand=dontinline,understudy.tensor.HalfMath::* -XX:CompileCommand=dontinline,understudy.tensor.StripVectors::* -XX:CompileCommand=dontinline,understudy.tensor.KeyVectors::* -XX:CompileCommand=dontinline,understudy.tensor.TileMath::four -XX:CompileCommand=dontinline,understudy.tensor.TileMath::two -XX:CompileCommand=dontinline,understudy.tensor.RowCodec*::* -XX:CompileCommand=dontinline,understudy.tensor.DotVectors::* -XX:CompileCommand=dontinline,understudy.tensor.RowVectors::* -XX:CompileCommand=dontinline,understudy.tensor.CodeVectors::* -XX:CompileCommand=dontinline,understudy.tensor.MixVectors::* ^
  -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 ^
  "-XX:ErrorFile=%UNDERSTUDY_HOME%\logs\hs_err_%%p.log" -XX:-CreateCoredumpOnCrash ^
  -Xlog:disable -Xlog:all=warning:stderr -XX:+DisplayVMOutputToStderr ^
  -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 ^
  %UNDERSTUDY_JAVA_OPTS% -cp "%app%\understudy.jar;%app%\lib\*" understudy.cli.Main %*
exit /b %errorlevel%
